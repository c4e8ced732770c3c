package io.github.sae4j.data.features;

import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.internal.files.WrittenFile;
import java.util.Optional;

/** Features on their way to where they go. */
public sealed interface FeatureOutput extends AutoCloseable
        permits SparseOutput, DenseOutput, NpzOutput, JsonLinesOutput, ParquetOutput, DelphiOutput {

    /**
     * Appends the features of the next tokens.
     *
     * @param tokens the tokens
     * @param features the features, none of tokens that are skipped, with what decoding needs beside them
     */
    void write(TokenBatch tokens, SparseFeatures features);

    /** Completes what is made, still under another name, so that little can go wrong when it is put in place. */
    void finish();

    /** Puts what is finished in place; to be called after {@link #finish}. */
    void commit();

    /** Returns what was made and is in place now; empty if nothing stays. */
    Optional<WrittenFile> made();

    /** Returns what the user should know of it; empty if nothing. */
    default Optional<String> remark() {
        return Optional.empty();
    }

    /** Gives up what was not committed. */
    @Override
    void close();
}
