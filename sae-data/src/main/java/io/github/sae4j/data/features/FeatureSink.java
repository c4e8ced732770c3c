package io.github.sae4j.data.features;

import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.data.activations.TokenBatch;
import java.nio.file.Path;
import java.util.List;

/**
 * Where features go: a file, an index, a stream.
 *
 * <p>Features are {@linkplain #write written} batch by batch; then {@link #finish} completes what is made, {@link #commit} puts
 * it in place, and {@link #close} gives up what was not committed. {@link #publish} does the first two. Whoever opens a sink
 * closes it. Not for use by several threads at once.
 *
 * <pre>{@code
 * try (FeatureSink sink = FeatureSink.to(Path.of("features.npz"), FeatureStream.of(reader, sae))) {
 *     EncodingPass.of(reader, sae, 1024).encodeAll(sink::write);
 *     sink.publish();
 * }
 * }</pre>
 *
 * <p>Each token of the {@linkplain FeatureStream#layout() layout} is written once, in order. A token that the reader leaves out has
 * its row as any other, but no features: {@code sae.encode(batch.rows())} would give it some, and {@code EncodingPass} of
 * {@code sae-analysis} does not.
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
        return to(OutputFile.of(target), stream, Selection.ALL);
    }

    /**
     * Starts a file of features, of the kind that its name's ending tells.
     *
     * @param target the file to be
     * @param stream what is written
     * @param selection which features, and in which form
     * @throws DataException if it cannot be made, or the selection leaves nothing out or {@linkplain Selection#requireForms changes
     *     nothing}
     * @throws IllegalArgumentException if the ending tells no kind
     */
    static FeatureSink to(OutputFile target, FeatureStream stream, Selection selection) {
        return to(List.of(FeatureTarget.file(target)), stream, selection);
    }

    /**
     * Starts several files, folders or streams that get the same features. {@link #finish} completes all of them, and only then
     * does {@link #commit} put the first in place.
     *
     * <pre>{@code
     * List<FeatureTarget> targets = List.of(
     *         FeatureTarget.file(OutputFile.replacing(Path.of("features.npz"))),
     *         FeatureTarget.delphi(Path.of("latents")).replacing());
     * try (FeatureSink sink = FeatureSink.to(targets, stream, Selection.ALL)) {
     *     sink.write(TokenBatch.of(activations), sae.encode(activations));
     *     sink.publish();
     * }
     * }</pre>
     *
     * @param targets where features are to go
     * @param stream what is written
     * @param selection which features, and in which form
     * @throws DataException if one of them cannot be made, or the selection leaves nothing out, because the SAE has fewer features,
     *     or {@linkplain Selection#requireForms changes nothing}; then none is started
     */
    static FeatureSink to(List<? extends FeatureTarget> targets, FeatureStream stream, Selection selection) {
        return FeatureOutputs.create(targets, stream, selection);
    }

    /**
     * Appends the features of the next tokens.
     *
     * @param tokens the tokens
     * @param features the features of each of them, none of tokens that are skipped, with what decoding needs beside them
     * @throws IllegalArgumentException if they are of another number of tokens or of another width, a token that is skipped has
     *     some, or these are more tokens than the stream was said to have; of the sinks that {@link #to} starts
     * @throws IllegalStateException after {@link #finish}; of the sinks that {@link #to} starts
     * @throws DataException if they cannot be written
     */
    void write(TokenBatch tokens, SparseFeatures features);

    /**
     * Completes what is made, still under another name, so that little can go wrong when it is put in place. Called once.
     *
     * @throws IllegalStateException if fewer tokens were written than the stream was said to have, or all is finished or in place
     *     already; of the sinks that {@link #to} starts
     * @throws DataException if it cannot be completed
     */
    void finish();

    /**
     * Puts what is finished in place; to be called once, after {@link #finish}.
     *
     * @throws IllegalStateException if it is not finished, or in place already; of the sinks that {@link #to} starts
     * @throws DataException if it cannot be put in place
     */
    void commit();

    /**
     * Completes what is made and puts it in place, as {@link #finish} and {@link #commit} do one after the other.
     *
     * @throws IllegalStateException as {@link #finish} does
     * @throws DataException as they do
     */
    default void publish() {
        finish();
        commit();
    }

    /** Returns the files and folders that were made and are in place now. */
    default List<WrittenFile> made() {
        return List.of();
    }

    /** Returns sentences for the user about what was made, for example that numbers were clamped. */
    default List<String> remarks() {
        return List.of();
    }

    /** Gives up what was not committed. */
    @Override
    void close();
}
