package io.github.sae4j.data.features;

import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.activations.Layout;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The features that are to be written: what they are of, and where they come from.
 *
 * @param layout how the tokens are arranged
 * @param config the SAE that makes the features
 * @param hasIds whether the tokens' ids are known, which then go with the features
 * @param provenance where the features come from; asked for at the end, where the format lets it
 * @param first the number of the first token
 */
public record FeatureStream(
        Layout layout, SaeConfig config, boolean hasIds, Supplier<Provenance> provenance, long first) {

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
