package io.github.sae4j.examples.internal.output;

import io.github.sae4j.core.SparseFeatures;

/** A file of features in the making. */
public sealed interface FeatureOutput extends AutoCloseable permits SparseOutput, DenseOutput {

    /**
     * Appends the features of the next tokens.
     *
     * @param features the features, none of tokens that are skipped, with what decoding needs beside them
     */
    void write(SparseFeatures features);

    /** Puts the finished file in place. */
    void commit();

    /** Gives up what was not committed. */
    @Override
    void close();
}
