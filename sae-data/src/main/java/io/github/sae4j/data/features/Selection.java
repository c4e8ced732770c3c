package io.github.sae4j.data.features;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import java.util.List;
import java.util.OptionalInt;

/**
 * Which features are written, and how. Immutable, and so safe for use by several threads.
 *
 * <pre>{@code
 * OutputFile file = OutputFile.of(Path.of("top.npz"));
 * try (FeatureSink sink = FeatureSink.to(file, stream, Selection.strongest(10))) {
 *     sink.write(TokenBatch.of(activations), sae.encode(activations));
 *     sink.publish();
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class Selection {

    /** All features in each format's own sparse form. */
    public static final Selection ALL = new Selection(OptionalInt.empty(), false, false, false);

    private final OptionalInt topK;
    private final boolean dense;
    private final boolean longForm;
    private final boolean metadata;

    private Selection(OptionalInt topK, boolean dense, boolean longForm, boolean metadata) {
        this.topK = topK;
        this.dense = dense;
        this.longForm = longForm;
        this.metadata = metadata;
    }

    /**
     * Returns the strongest features of each token in each format's own sparse form.
     *
     * @param k how many of a token
     * @throws IllegalArgumentException if it is less than 1
     */
    public static Selection strongest(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("At least 1 feature of each token is kept, not " + k + ".");
        }
        return new Selection(OptionalInt.of(k), false, false, false);
    }

    /** Returns the same features, written as a dense matrix. */
    public Selection asDense() {
        return new Selection(topK, true, longForm, metadata);
    }

    /** Returns the same features, of which Parquet files have a row each, and not one for each token. */
    public Selection inLongForm() {
        return new Selection(topK, dense, true, metadata);
    }

    /** Returns the same features, with a first line in JSON lines that says where the numbers come from. */
    public Selection withMetadata() {
        return new Selection(topK, dense, longForm, true);
    }

    /**
     * Checks that each form that is chosen is one of what is to be written. {@link FeatureSink#to(List, FeatureStream, Selection)}
     * does so too; who asks first does not open an SAE in vain.
     *
     * @param targets where features are to go
     * @throws DataException if the dense matrix is chosen and one of them has none, rows of features and none is a Parquet file, or
     *     a first line and there are no JSON lines
     */
    public void requireForms(List<? extends FeatureTarget> targets) {
        for (FeatureTarget target : targets) {
            if (dense
                    && !(target instanceof FeatureTarget.InFile in
                            && in.format().hasDenseForm())) {
                throw new DataException(
                        Reason.MISMATCH,
                        Sentence.of(
                                target + " has no dense form; ", Setting.DENSE.named(), " is for .safetensors files."));
            }
        }
        if (longForm && targets.stream().noneMatch(target -> isFile(target, FeatureFormat.PARQUET))) {
            throw unused(Setting.LONG_FORM, " is for Parquet files, but none is to be written.");
        }
        if (metadata
                && targets.stream()
                        .noneMatch(target ->
                                target instanceof FeatureTarget.Lines || isFile(target, FeatureFormat.JSON_LINES))) {
            throw unused(Setting.METADATA, " is for JSON lines, but none are to be written.");
        }
    }

    /** Checks that everything that is chosen changes what is written, or throws a {@link DataException}. */
    void requireUse(List<? extends FeatureTarget> targets, FeatureStream stream) {
        requireForms(targets);
        int dSae = stream.config().dSae();
        if (topK.isPresent() && topK.getAsInt() > dSae) {
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(
                            Setting.TOP_K.of(topK.getAsInt()),
                            " leaves nothing out: the SAE has " + dSae + " features."));
        }
    }

    private static boolean isFile(FeatureTarget target, FeatureFormat format) {
        return target instanceof FeatureTarget.InFile in && in.format() == format;
    }

    private static DataException unused(Setting form, String sentence) {
        return new DataException(Reason.MISMATCH, Sentence.of(form.named(), sentence));
    }

    /** Returns how many features of each token are kept; empty for all. */
    public OptionalInt topK() {
        return topK;
    }

    /** Returns whether they are written as a dense matrix. */
    public boolean dense() {
        return dense;
    }

    /** Returns whether Parquet files have a row for each active feature. */
    public boolean longForm() {
        return longForm;
    }

    /** Returns whether JSON lines begin with one that says where the numbers come from. */
    public boolean metadata() {
        return metadata;
    }
}
