package io.github.sae4j.cli.internal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.TokenBatch;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A file's activations in the pieces that an SAE takes: batches of tokens, or whole sequences where it looks at the tokens
 * before each.
 */
final class Batches {

    private static final int AT_ONCE = 3;

    private final Activations activations;
    private final SparseAutoencoder sae;
    /** One is read, one is computed, and what came of one is taken. */
    private final List<TokenBatch> batches;

    private Batches(Activations activations, SparseAutoencoder sae, int size) {
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
     * @throws CommandException if a sequence is too long to be in memory
     */
    static Batches of(Activations activations, SparseAutoencoder sae, int batchTokens) {
        long size = sae.takesSequences() ? activations.layout().sequence() : batchTokens;
        if (sae.takesSequences() && size > Integer.MAX_VALUE / sae.config().dIn()) {
            throw new CommandException(activations + ": a sequence of " + size
                    + " tokens is too long to be in memory, where this SAE needs it as a whole.");
        }
        return new Batches(
                activations, sae, (int) Math.min(size, activations.layout().tokens()));
    }

    /** What is done with each batch. */
    @FunctionalInterface
    interface Step {

        /**
         * Takes the tokens that follow.
         *
         * @param batch the tokens, valid until this returns
         * @param features the features of all of them, none of those that are skipped
         */
        void take(TokenBatch batch, SparseFeatures features);
    }

    /**
     * Encodes all tokens.
     *
     * @param terminal shows progress
     * @param task what to call the work there
     * @param step is given each batch in turn
     */
    void encodeAll(Terminal terminal, String task, Step step) {
        try (Progress progress =
                Progress.start(terminal, task, activations.layout().tokens())) {
            encodeNext(Long.MAX_VALUE, progress, step);
        }
    }

    /**
     * Encodes the tokens that follow.
     *
     * @param count how many, or more than there are
     * @param progress shows how the work gets on
     * @param step is given each batch in turn
     */
    void encodeNext(long count, Progress progress, Step step) {
        pass(count, progress, this::encode, step::take);
    }

    /**
     * Goes through all tokens: while a batch is computed, the next is read and what came of the one before is taken.
     *
     * @param progress shows how the work gets on
     * @param computation what is computed of a batch, in this thread
     * @param taking is given each batch in turn and what came of it, in another thread; both are valid until it returns
     */
    <T> void pass(Progress progress, Function<TokenBatch, T> computation, BiConsumer<TokenBatch, T> taking) {
        pass(Long.MAX_VALUE, progress, computation, taking);
    }

    private <T> void pass(
            long count, Progress progress, Function<TokenBatch, T> computation, BiConsumer<TokenBatch, T> taking) {
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
                    progress.advance(batch.count());
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
    void skip(long tokens) {
        activations.skip(tokens);
    }

    /** Returns the features of all tokens of a batch, none of those that are skipped. */
    SparseFeatures encode(TokenBatch tokens) {
        if (!sae.takesSequences()) {
            return SkippedTokens.insert(sae.encode(tokens.keptRows()), tokens, sae.config());
        }
        try (NDManager manager = sae.newManager()) {
            return SkippedTokens.empty(sae.encodeSparse(sequence(manager, tokens.rows())), tokens);
        }
    }

    /**
     * Returns whether the SAE's reconstruction is more than what the features decode to, and has to be computed from the
     * activations.
     */
    boolean addsToDecodedFeatures() {
        return sae.takesSequences() || sae.hasSkip();
    }

    /**
     * Returns what the SAE makes of all tokens of a batch.
     *
     * @param tokens the batch
     * @param features its features
     */
    float[][] reconstruct(TokenBatch tokens, SparseFeatures features) {
        return addsToDecodedFeatures() ? reconstruct(tokens) : sae.decode(features);
    }

    /** Returns what the SAE makes of all tokens of a batch whose features are not known. */
    float[][] reconstruct(TokenBatch tokens) {
        float[][] rows = tokens.rows();
        if (!sae.takesSequences()) {
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
