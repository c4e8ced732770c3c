package io.github.sae4j.data.features;

import io.github.sae4j.core.SparseFeatures;

/** Features that are read token after token. */
sealed interface FeatureRows permits SparseRows, DenseRows {

    /**
     * Reads the next tokens.
     *
     * @param maxTokens how many at most, at least 1
     * @return their features; fewer than {@code maxTokens} where these are many, none after the end
     */
    SparseFeatures next(int maxTokens);
}
