package io.github.sae4j.data.features;

import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Layout;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The features that are to be written: what they are of, and where they come from.
 *
 * <p>{@link #of} takes all from a reader; for activations in memory:
 *
 * <pre>{@code
 * FeatureStream stream = new FeatureStream(Layout.of(activations.length), sae.config(), false, () -> provenance, 0);
 * try (FeatureSink sink = FeatureSink.to(Path.of("features.npz"), stream)) {
 *     sink.write(TokenBatch.of(activations), sae.encode(activations));
 *     sink.publish();
 * }
 * }</pre>
 *
 * <p>Immutable; the provenance is asked for in the thread that writes.
 *
 * @param layout how the tokens are arranged
 * @param config the SAE that makes the features
 * @param hasIds whether the tokens' ids are known, which then go with the features
 * @param provenance where the features come from; asked for at the end, where the format lets it
 * @param first the number of the first token
 * @since 0.1
 */
public record FeatureStream(
        Layout layout, SaeConfig config, boolean hasIds, Supplier<Provenance> provenance, long first) {

    /**
     * Returns all features that an SAE finds in what a reader reads.
     *
     * @param reader the activations
     * @param sae encodes them; its weights are looked through once for their SHA-256, when the first file is complete
     */
    public static FeatureStream of(ActivationReader reader, SparseAutoencoder sae) {
        return new FeatureStream(
                reader.layout(),
                sae.config(),
                reader.hasIds(),
                () -> Provenance.builder()
                        .sae(sae.source().description(), sae.source().sha256().orElse(null))
                        .source(
                                reader.sourceName(),
                                Sentence.of(reader.selected()).toString())
                        .leftOut(Sentence.of(reader.leftOut()).toString(), reader.leftOutCount())
                        .heads(reader.layout().heads())
                        .build(),
                0);
    }

    /** What the ids are called in files. */
    static final String TOKEN_IDS = "token_ids";

    /** Returns the shape of the dense matrix, {@code [..., d_sae]}. */
    long[] shape() {
        return layout.featureShape(config.dSae());
    }

    /** Returns the names of the numbers that decoding needs of each token. */
    List<String> factors() {
        return TokenFactor.names(config);
    }

    /** Returns where the features come from, as files hold it. */
    Map<String, String> metadata() {
        return provenance.get().metadata(shape());
    }
}
