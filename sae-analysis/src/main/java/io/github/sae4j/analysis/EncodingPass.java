package io.github.sae4j.analysis;

import io.github.sae4j.core.ForwardPass;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.TokenBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
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
 * EncodingPass.of(reader, sae, 1024).forwardAll((batch, forward) -> {
 *     sink.write(batch, forward.features());
 *     quality.add(batch, forward.reconstruction());
 * });
 * }</pre>
 *
 * <p>{@link #encodeAll} leaves decoding out, where features are all that is needed.
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

    private long passed;

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
     * @param batchTokens how many tokens are in memory at a time, unless a sequence has to be; at least 1
     * @throws IllegalArgumentException if {@code batchTokens} is below 1, or the activations are not as wide as the SAE's
     * @throws AnalysisException if a sequence is too long to be in memory
     */
    public static EncodingPass of(ActivationReader activations, SparseAutoencoder sae, int batchTokens) {
        int dIn = sae.config().dIn();
        if (batchTokens < 1) {
            throw new IllegalArgumentException(
                    "At least 1 token must be in memory at a time, not " + batchTokens + ".");
        }
        if (activations.dIn() != dIn) {
            throw new IllegalArgumentException(activations.sourceName() + ": activations are " + activations.dIn()
                    + " wide, but the SAE has d_in = " + dIn + ".");
        }
        boolean inSequences = !sae.capabilities().has(SaeCapability.ENCODE_TOKENS);
        long size = inSequences ? activations.layout().sequence() : batchTokens;
        if (inSequences && size > Integer.MAX_VALUE / dIn) {
            throw new AnalysisException(
                    AnalysisException.Reason.TOO_LARGE,
                    activations + ": a sequence of " + size
                            + " tokens is too long to be in memory, where this SAE needs it as a whole.");
        }
        return new EncodingPass(
                activations, sae, (int) Math.min(size, activations.layout().tokens()));
    }

    /**
     * What is done with each batch that is encoded. Called in a thread of the pass, for one batch after the other.
     *
     * <pre>{@code
     * EncodingPass.Step step = (batch, features) ->
     *         System.out.println(batch.count() + " tokens, " + features.activeCount() + " active features");
     * EncodingPass.of(reader, sae, 1024).encodeAll(step);
     * }</pre>
     *
     * @since 0.1
     */
    @FunctionalInterface
    public interface Step {

        /**
         * Takes the tokens that follow.
         *
         * @param batch the tokens, valid until this returns
         * @param features the features of all of them, none of those that are skipped
         * @throws IOException if they cannot be taken, which ends the pass
         */
        void take(TokenBatch batch, SparseFeatures features) throws IOException;
    }

    /**
     * What is done with each batch that is encoded and decoded. Called in a thread of the pass, for one batch after the other.
     *
     * <pre>{@code
     * ReconstructionQuality quality = new ReconstructionQuality(sae.config().dIn());
     * EncodingPass.ForwardStep step = (batch, forward) -> quality.add(batch, forward.reconstruction());
     * EncodingPass.of(reader, sae, 1024).forwardAll(step);
     * }</pre>
     *
     * @since 0.1
     */
    @FunctionalInterface
    public interface ForwardStep {

        /**
         * Takes the tokens that follow.
         *
         * @param batch the tokens, valid until this returns
         * @param forward the features of all of them, none of those that are skipped, and their reconstruction
         * @throws IOException if they cannot be taken, which ends the pass
         */
        void take(TokenBatch batch, ForwardPass forward) throws IOException;
    }

    /** Takes the tokens that follow and what came of them. */
    @FunctionalInterface
    interface Taking<T> {

        void take(TokenBatch batch, T computed) throws IOException;
    }

    /**
     * Encodes all tokens that follow.
     *
     * @param step is given each batch in turn, in another thread
     * @throws AnalysisException if the thread is interrupted
     * @throws UncheckedIOException if the step throws an {@link IOException}
     */
    public void encodeAll(Step step) {
        encodeNext(Long.MAX_VALUE, tokens -> {}, step);
    }

    /**
     * Encodes the tokens that follow.
     *
     * @param count how many, or more than there are
     * @param progress is told of each number of tokens that is done
     * @param step is given each batch in turn, in another thread
     * @throws IllegalArgumentException if so many would cut a sequence of an SAE that takes whole ones
     * @throws AnalysisException if the thread is interrupted
     * @throws UncheckedIOException if the step throws an {@link IOException}
     */
    public void encodeNext(long count, IntConsumer progress, Step step) {
        pass(count, progress, this::encode, Objects.requireNonNull(step, "step")::take);
    }

    /**
     * Encodes and decodes all tokens that follow, each batch once.
     *
     * @param step is given each batch in turn, in another thread
     * @throws AnalysisException if the thread is interrupted
     * @throws SaeException if the SAE cannot decode
     * @throws UncheckedIOException if the step throws an {@link IOException}
     */
    public void forwardAll(ForwardStep step) {
        forwardNext(Long.MAX_VALUE, tokens -> {}, step);
    }

    /**
     * Encodes and decodes the tokens that follow, each batch once.
     *
     * @param count how many, or more than there are
     * @param progress is told of each number of tokens that is done
     * @param step is given each batch in turn, in another thread
     * @throws IllegalArgumentException if so many would cut a sequence of an SAE that takes whole ones
     * @throws AnalysisException if the thread is interrupted
     * @throws SaeException if the SAE cannot decode
     * @throws UncheckedIOException if the step throws an {@link IOException}
     */
    public void forwardNext(long count, IntConsumer progress, ForwardStep step) {
        pass(count, progress, this::forward, Objects.requireNonNull(step, "step")::take);
    }

    /**
     * Goes through the tokens that follow: while a batch is computed, the next is read and what came of the one before is taken.
     *
     * @param count how many, or more than there are
     * @param progress is told of each number of tokens that is done
     * @param computation what is computed of a batch, in this thread
     * @param taking is given each batch in turn and what came of it, in another thread; both are valid until it returns
     * @throws IllegalArgumentException if so many would cut a sequence of an SAE that takes whole ones
     * @throws AnalysisException if the thread is interrupted
     * @throws UncheckedIOException if {@code taking} throws an {@link IOException}
     */
    <T> void pass(long count, IntConsumer progress, Function<TokenBatch, T> computation, Taking<T> taking) {
        Objects.requireNonNull(progress, "progress");
        requireWholeSequences(count);
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
                passed += batch.count();
                turn = (turn + 1) % batches.size();
                reading = read(reader, turn, left);
                T computed = computed(computation, batch);
                BackgroundThread.result(taken);
                taken = taker.start(() -> {
                    taking.take(batch, computed);
                    progress.accept(batch.count());
                    return batch;
                });
            }
            BackgroundThread.result(taken);
        }
    }

    /** An SAE that notices the interrupt before the pass does says so in an exception of its own. */
    private static <T> T computed(Function<TokenBatch, T> computation, TokenBatch batch) {
        try {
            return computation.apply(batch);
        } catch (SaeException e) {
            throw e.reason() == SaeException.Reason.INTERRUPTED ? BackgroundThread.interrupted(e) : e;
        }
    }

    private Future<TokenBatch> read(BackgroundThread reader, int turn, long most) {
        TokenBatch batch = batches.get(turn);
        return reader.start(() -> {
            activations.next(batch, most);
            return batch;
        });
    }

    /**
     * Passes over tokens.
     *
     * @param tokens how many, at most those that are left
     * @throws IllegalArgumentException if so many would cut a sequence of an SAE that takes whole ones
     */
    public void skip(long tokens) {
        requireWholeSequences(tokens);
        activations.skip(tokens);
        passed += tokens;
    }

    private void requireWholeSequences(long count) {
        long sequence = activations.layout().sequence();
        if (!sae.capabilities().has(SaeCapability.ENCODE_TOKENS)
                && count < activations.layout().tokens() - passed
                && count % sequence != 0) {
            throw new IllegalArgumentException(activations.sourceName() + ": " + count + " tokens cut sequences of "
                    + sequence + ", but this SAE takes whole ones.");
        }
    }

    /**
     * Returns the features of all tokens of a batch, none of those that are skipped. Of an SAE that takes sequences the batch is
     * one sequence.
     */
    public SparseFeatures encode(TokenBatch tokens) {
        return sae.capabilities().has(SaeCapability.ENCODE_TOKENS)
                ? SkippedTokens.insert(sae.encode(tokens.keptRows()), tokens, sae.config())
                : SkippedTokens.empty(sae.encodeSequence(tokens.rows()), tokens);
    }

    /**
     * Returns what the SAE makes of all tokens of a batch, which is encoded once. Those that are skipped have no features; what
     * is reconstructed of them is what no features decode to, the decoder's bias. Of an SAE that takes sequences the batch is one
     * sequence, and it is the whole reconstruction of their activations, which the tokens after them need.
     *
     * @throws SaeException if the SAE cannot decode
     */
    public ForwardPass forward(TokenBatch tokens) {
        if (sae.capabilities().has(SaeCapability.DECODE_WHOLLY)) {
            SparseFeatures features = encode(tokens);
            return ForwardPass.of(features, sae.decode(features));
        }
        if (sae.capabilities().has(SaeCapability.ENCODE_TOKENS)) {
            return forwardKept(tokens);
        }
        ForwardPass all = sae.forwardSequence(tokens.rows());
        return ForwardPass.of(SkippedTokens.empty(all.features(), tokens), all.reconstruction());
    }

    private ForwardPass forwardKept(TokenBatch tokens) {
        ForwardPass kept = sae.forward(tokens.keptRows());
        if (tokens.keptCount() == tokens.count()) {
            return kept;
        }
        SparseFeatures features = SkippedTokens.insert(kept.features(), tokens, sae.config());
        float[][] reconstruction = sae.decode(SkippedTokens.none(features));
        int row = 0;
        for (int token = 0; token < reconstruction.length; token++) {
            if (!tokens.isSkipped(token)) {
                reconstruction[token] = kept.reconstruction()[row++];
            }
        }
        return ForwardPass.of(features, reconstruction);
    }
}
