package io.github.sae4j.analysis;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.TokenBatch;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/**
 * A pass of an SAE over activations, in the pieces that it takes: batches of tokens, or whole sequences where it looks at the
 * tokens before each. While a batch is encoded, the next is read and what came of the one before is taken, each in a thread of
 * its own.
 *
 * <pre>{@code
 * ReconstructionQuality quality = new ReconstructionQuality(sae.config().dIn());
 * EncodingPass pass = EncodingPass.of(reader, sae, 1024);
 * pass.encodeAll((batch, features) -> {
 *     sink.write(batch, features);
 *     quality.add(batch, pass.reconstruct(batch, features));
 * });
 * }</pre>
 *
 * <p>A reader is passed over once. Not for use by several threads at once.
 *
 * @since 0.1
 */
public final class EncodingPass {

    private static final int AT_ONCE = 3;

    private final ActivationReader activations;
    private final SparseAutoencoder sae;
    /** One is read, one is computed, and what came of one is taken. */
    private final List<TokenBatch> batches;

    private EncodingPass(ActivationReader activations, SparseAutoencoder sae, int size) {
        this.activations = activations;
        this.sae = sae;
        this.batches = Stream.generate(
                        () -> TokenBatch.withCapacity(size, sae.config().dIn()))
                .limit(AT_ONCE)
                .toList();
    }

    /**
     * Returns the activations that follow.
     *
     * @param batchTokens how many tokens are in memory at a time, unless a sequence has to be
     * @throws AnalysisException if a sequence is too long to be in memory
     */
    public static EncodingPass of(ActivationReader activations, SparseAutoencoder sae, int batchTokens) {
        long size = !sae.capabilities().has(SaeCapability.ENCODE_TOKENS)
                ? activations.layout().sequence()
                : batchTokens;
        if (!sae.capabilities().has(SaeCapability.ENCODE_TOKENS)
                && size > Integer.MAX_VALUE / sae.config().dIn()) {
            throw new AnalysisException(
                    AnalysisException.Reason.TOO_LARGE,
                    activations + ": a sequence of " + size
                            + " tokens is too long to be in memory, where this SAE needs it as a whole.");
        }
        return new EncodingPass(
                activations, sae, (int) Math.min(size, activations.layout().tokens()));
    }

    /** What is done with each batch. */
    @FunctionalInterface
    public interface Step {

        /**
         * Takes the tokens that follow.
         *
         * @param batch the tokens, valid until this returns
         * @param features the features of all of them, none of those that are skipped
         */
        void take(TokenBatch batch, SparseFeatures features);
    }

    /**
     * Encodes all tokens that follow.
     *
     * @param step is given each batch in turn
     * @throws AnalysisException if the thread is interrupted
     */
    public void encodeAll(Step step) {
        encodeNext(Long.MAX_VALUE, tokens -> {}, step);
    }

    /**
     * Encodes the tokens that follow.
     *
     * @param count how many, or more than there are
     * @param progress is told of each number of tokens that is done
     * @param step is given each batch in turn
     * @throws AnalysisException if the thread is interrupted
     */
    public void encodeNext(long count, IntConsumer progress, Step step) {
        pass(count, progress, this::encode, step::take);
    }

    /**
     * Goes through all tokens: while a batch is computed, the next is read and what came of the one before is taken.
     *
     * @param progress is told of each number of tokens that is done
     * @param computation what is computed of a batch, in this thread
     * @param taking is given each batch in turn and what came of it, in another thread; both are valid until it returns
     * @throws AnalysisException if the thread is interrupted
     */
    public <T> void pass(IntConsumer progress, Function<TokenBatch, T> computation, BiConsumer<TokenBatch, T> taking) {
        pass(Long.MAX_VALUE, progress, computation, taking);
    }

    private <T> void pass(
            long count, IntConsumer progress, Function<TokenBatch, T> computation, BiConsumer<TokenBatch, T> taking) {
        try (BackgroundThread reader = BackgroundThread.open("reading");
                BackgroundThread taker = BackgroundThread.open("writing")) {
            long left = count;
            int turn = 0;
            Future<TokenBatch> reading = read(reader, turn, left);
            Future<?> taken = CompletableFuture.completedFuture(null);
            for (TokenBatch tokens = BackgroundThread.result(reading);
                    tokens.count() > 0;
                    tokens = BackgroundThread.result(reading)) {
                TokenBatch batch = tokens;
                left -= batch.count();
                turn = (turn + 1) % batches.size();
                reading = read(reader, turn, left);
                T computed = computation.apply(batch);
                BackgroundThread.result(taken);
                taken = taker.start(() -> {
                    taking.accept(batch, computed);
                    progress.accept(batch.count());
                    return batch;
                });
            }
            BackgroundThread.result(taken);
        }
    }

    private Future<TokenBatch> read(BackgroundThread reader, int turn, long most) {
        TokenBatch batch = batches.get(turn);
        return reader.start(() -> {
            activations.next(batch, most);
            return batch;
        });
    }

    /** Passes over tokens. */
    public void skip(long tokens) {
        activations.skip(tokens);
    }

    /** Returns the features of all tokens of a batch, none of those that are skipped. */
    public SparseFeatures encode(TokenBatch tokens) {
        if (sae.capabilities().has(SaeCapability.ENCODE_TOKENS)) {
            return SkippedTokens.insert(sae.encode(tokens.keptRows()), tokens, sae.config());
        }
        try (NDManager manager = sae.newManager()) {
            return SkippedTokens.empty(sae.encode(sequence(manager, tokens.rows())), tokens);
        }
    }

    /**
     * Returns whether the SAE's reconstruction is more than what the features decode to, and has to be computed from the
     * activations.
     */
    public boolean addsToDecodedFeatures() {
        return !sae.capabilities().has(SaeCapability.ENCODE_TOKENS)
                || !sae.capabilities().has(SaeCapability.DECODE_WHOLLY);
    }

    /**
     * Returns what the SAE makes of all tokens of a batch.
     *
     * @param tokens the batch
     * @param features its features
     */
    public float[][] reconstruct(TokenBatch tokens, SparseFeatures features) {
        return addsToDecodedFeatures() ? reconstruct(tokens) : sae.decode(features);
    }

    /** Returns what the SAE makes of all tokens of a batch whose features are not known. */
    public float[][] reconstruct(TokenBatch tokens) {
        float[][] rows = tokens.rows();
        if (sae.capabilities().has(SaeCapability.ENCODE_TOKENS)) {
            return sae.reconstruct(rows);
        }
        try (NDManager manager = sae.newManager()) {
            return split(sae.reconstruct(sequence(manager, rows)).toFloatArray(), rows.length);
        }
    }

    private static NDArray sequence(NDManager manager, float[][] tokens) {
        int width = tokens[0].length;
        float[] values = new float[tokens.length * width];
        for (int token = 0; token < tokens.length; token++) {
            System.arraycopy(tokens[token], 0, values, token * width, width);
        }
        return manager.create(values, new Shape(1, tokens.length, width));
    }

    private static float[][] split(float[] values, int tokens) {
        int width = values.length / tokens;
        float[][] split = new float[tokens][];
        for (int token = 0; token < tokens; token++) {
            split[token] = Arrays.copyOfRange(values, token * width, (token + 1) * width);
        }
        return split;
    }
}
