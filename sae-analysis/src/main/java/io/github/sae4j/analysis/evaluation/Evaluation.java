package io.github.sae4j.analysis.evaluation;

import io.github.sae4j.analysis.EncodingPass;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.activations.ActivationReader;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * How well an SAE does on activations.
 *
 * <pre>{@code
 * Evaluation evaluation = Evaluation.of(reader, sae, 1024);
 * double l0 = evaluation.firings().l0();
 * }</pre>
 *
 * <p>Safe for use by several threads as long as none adds to it or to its parts.
 *
 * @since 0.1
 */
public final class Evaluation {

    private final Firings firings;
    private final Optional<ReconstructionQuality> quality;

    private Evaluation(Firings firings, Optional<ReconstructionQuality> quality) {
        this.firings = firings;
        this.quality = quality;
    }

    /**
     * Returns what a program has measured in passes of its own.
     *
     * @param firings how often the SAE's features fire
     * @param quality how close its reconstructions come; empty if they were not measured
     */
    public static Evaluation of(Firings firings, Optional<ReconstructionQuality> quality) {
        return new Evaluation(Objects.requireNonNull(firings, "firings"), Objects.requireNonNull(quality, "quality"));
    }

    /**
     * Takes in an evaluation of the same SAE on other tokens, and leaves it as it is. The order in which several are taken in
     * changes no bit of what they tell together.
     *
     * @throws IllegalArgumentException if it is of another number of features, of activations of another width, or if only one of
     *     the two has measured reconstructions; then nothing was taken in
     */
    public void add(Evaluation other) {
        firings.requireSameWidth(other.firings);
        if (quality.isPresent() != other.quality.isPresent()) {
            throw new IllegalArgumentException("Reconstructions must be measured in both evaluations, or in neither.");
        }
        quality.ifPresent(measured -> measured.add(other.quality.orElseThrow()));
        firings.add(other.firings);
    }

    /** Returns how often its features fire. */
    public Firings firings() {
        return firings;
    }

    /**
     * Returns how close its reconstructions come; empty for an SAE that does not reconstruct what it reads: a transcoder, or one
     * without a decoder.
     */
    public Optional<ReconstructionQuality> quality() {
        return quality;
    }

    /**
     * Encodes all tokens in one pass, and decodes them if the SAE reconstructs what it reads.
     *
     * @param activations the tokens, which are read to their end
     * @param sae what is evaluated
     * @param batchTokens how many tokens are in memory at a time
     */
    public static Evaluation of(ActivationReader activations, SparseAutoencoder sae, int batchTokens) {
        return of(activations, sae, batchTokens, tokens -> {});
    }

    /**
     * Encodes all tokens in one pass, and decodes them if the SAE reconstructs what it reads.
     *
     * @param activations the tokens, which are read to their end
     * @param sae what is evaluated
     * @param batchTokens how many tokens are in memory at a time
     * @param progress is told of each number of tokens that is done
     */
    public static Evaluation of(
            ActivationReader activations, SparseAutoencoder sae, int batchTokens, IntConsumer progress) {
        if (ReconstructionQuality.of(sae).isPresent()) {
            return of(activations, sae, batchTokens, progress, (batch, forward) -> {});
        }
        Firings firings = new Firings(sae.config().dSae());
        EncodingPass.of(activations, sae, batchTokens).encodeNext(Long.MAX_VALUE, progress, firings::add);
        return new Evaluation(firings, Optional.empty());
    }

    /**
     * Encodes and decodes all tokens in one pass, and does something else with what comes of each batch, for example:
     *
     * <pre>{@code
     * try (ReconstructionOutput output = ReconstructionOutput.create(target, reader.layout(), dOut, provenance)) {
     *     Evaluation evaluation = Evaluation.of(
     *             reader, sae, 1024, tokens -> {}, (batch, forward) -> output.write(forward.reconstruction()));
     *     output.commit();
     * }
     * }</pre>
     *
     * @param activations the tokens, which are read to their end
     * @param sae what is evaluated
     * @param batchTokens how many tokens are in memory at a time
     * @param progress is told of each number of tokens that is done
     * @param beside is given each batch in turn, in another thread; a transcoder's too
     * @throws io.github.sae4j.core.SaeException if the SAE cannot decode
     * @throws java.io.UncheckedIOException if {@code beside} throws an {@link java.io.IOException}
     */
    public static Evaluation of(
            ActivationReader activations,
            SparseAutoencoder sae,
            int batchTokens,
            IntConsumer progress,
            EncodingPass.ForwardStep beside) {
        Objects.requireNonNull(beside, "beside");
        Firings firings = new Firings(sae.config().dSae());
        Optional<ReconstructionQuality> quality = ReconstructionQuality.of(sae);
        EncodingPass.of(activations, sae, batchTokens).forwardNext(Long.MAX_VALUE, progress, (batch, forward) -> {
            firings.add(batch, forward.features());
            quality.ifPresent(measured -> measured.add(batch, forward.reconstruction()));
            beside.take(batch, forward);
        });
        return new Evaluation(firings, quality);
    }
}
