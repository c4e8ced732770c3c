package io.github.sae4j.data.features;

import java.util.OptionalInt;

/**
 * Which features are written, and how.
 *
 * <pre>{@code
 * FeatureSink sink = FeatureSink.to(OutputFile.of(Path.of("top.npz"), false), stream, Selection.strongest(10));
 * }</pre>
 *
 * @param topK how many features of each token are kept; empty for all
 * @param dense whether they are written as a dense matrix
 * @param longForm whether Parquet files have a row for each active feature, not for each token
 * @param metadata whether JSON lines begin with one that says where the numbers come from
 * @since 0.1
 */
public record Selection(OptionalInt topK, boolean dense, boolean longForm, boolean metadata) {

    /** Checks the number of features. */
    public Selection {
        if (topK.isPresent() && topK.getAsInt() < 1) {
            throw new IllegalArgumentException(
                    "At least 1 feature of each token is kept, not " + topK.getAsInt() + ".");
        }
    }

    /** All features in each format's own sparse form. */
    public static final Selection ALL = new Selection(OptionalInt.empty(), false, false, false);

    /**
     * Returns the strongest features of each token in each format's own sparse form.
     *
     * @param k how many of a token
     */
    public static Selection strongest(int k) {
        return new Selection(OptionalInt.of(k), false, false, false);
    }
}
