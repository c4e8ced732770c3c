package io.github.sae4j.data.features;

import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.data.activations.TokenBatch;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where features go: a file, an index, a stream.
 *
 * <p>Features are {@linkplain #write written} batch by batch; then {@link #finish} completes what is made, {@link #commit} puts
 * it in place, and {@link #close} gives up what was not committed. {@link #publish} does the first two. Whoever opens a sink
 * closes it. Not for use by several threads at once.
 *
 * <pre>{@code
 * try (FeatureSink sink = FeatureSink.to(Path.of("features.npz"), FeatureStream.of(reader, sae))) {
 *     for (TokenBatch batch : reader.batches(1024)) {
 *         sink.write(batch, sae.encode(batch.rows()));
 *     }
 *     sink.publish();
 * }
 * }</pre>
 *
 * @since 0.1
 */
public interface FeatureSink extends AutoCloseable {

    /**
     * Starts a file of features, of the kind that its name's ending tells: {@code .safetensors} (sparse rows), {@code .npz}
     * (what {@code scipy.sparse.load_npz} opens), {@code .parquet} or {@code .jsonl}.
     *
     * @param target the file to be, which must not be there
     * @param stream what is written
     * @throws DataException if there is such a file already, or it cannot be made
     * @throws IllegalArgumentException if the ending tells no kind
     */
    static FeatureSink to(Path target, FeatureStream stream) {
        return to(OutputFile.of(target, false), stream, Selection.ALL);
    }

    /**
     * Starts a file of features, of the kind that its name's ending tells.
     *
     * @param target the file to be
     * @param stream what is written
     * @param selection which features, and in which form
     * @throws DataException if it cannot be made
     * @throws IllegalArgumentException if the ending tells no kind, or one that has no such form
     */
    static FeatureSink to(OutputFile target, FeatureStream stream, Selection selection) {
        FeatureFormat format = FeatureFormat.of(target.path())
                .orElseThrow(() -> new IllegalArgumentException(
                        target.path() + " must end in one of " + FeatureFormat.endings() + "."));
        if (selection.dense() && !format.hasDenseForm()) {
            throw new IllegalArgumentException(target.path() + ": a " + format.ending() + " file has no dense form.");
        }
        FeatureSink sink = FeatureOutputs.sink(new FeatureTarget.InFile(target, format), selection, stream);
        return selection.topK().isPresent()
                ? new StrongestOnly(sink, selection.topK().getAsInt())
                : sink;
    }

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

    /** Completes what is made and puts it in place. */
    default void publish() {
        finish();
        commit();
    }

    /** Returns what was made and is in place now; empty if nothing stays. */
    default Optional<WrittenFile> made() {
        return Optional.empty();
    }

    /** Returns what there is to know of it; empty if nothing. */
    default Optional<String> remark() {
        return Optional.empty();
    }

    /** Gives up what was not committed. */
    @Override
    void close();
}
