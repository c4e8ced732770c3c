package io.github.sae4j.examples.internal.output;

import io.github.sae4j.core.SparseFeatures;

/** A file of features in the making. */
public sealed interface FeatureOutput extends AutoCloseable
        permits SparseOutput, DenseOutput, NpzOutput, JsonLinesOutput, ParquetOutput {

    /**
     * Appends the features of the next tokens.
     *
     * @param features the features, none of tokens that are skipped, with what decoding needs beside them
     */
    void write(SparseFeatures features);

    /** Completes the file, still under another name, so that little can go wrong when it is put in place. */
    void finish();

    /** Puts the finished file in place; to be called after {@link #finish}. */
    void commit();

    /** Gives up what was not committed. */
    @Override
    void close();
}
