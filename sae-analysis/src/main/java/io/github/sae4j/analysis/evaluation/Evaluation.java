package io.github.sae4j.analysis.evaluation;

import io.github.sae4j.analysis.EncodingPass;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.activations.ActivationReader;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How well an SAE does on activations.
 *
 * <pre>{@code
 * Evaluation evaluation = Evaluation.of(reader, sae, 1024);
 * double l0 = evaluation.firings().l0();
 * }</pre>
 *
 * @param firings how often its features fire
 * @param quality how close its reconstructions come, or null for an SAE that does not reconstruct what it reads: a
 *     transcoder, or one without a decoder
 * @since 0.1
 */
public record Evaluation(Firings firings, @Nullable ReconstructionQuality quality) {

    /**
     * Encodes and decodes all tokens in one pass.
     *
     * @param activations the tokens, which are read to their end
     * @param sae what is evaluated
     * @param batchTokens how many tokens are in memory at a time
     */
    public static Evaluation of(ActivationReader activations, SparseAutoencoder sae, int batchTokens) {
        return of(activations, sae, batchTokens, tokens -> {});
    }

    /**
     * Encodes and decodes all tokens in one pass.
     *
     * @param activations the tokens, which are read to their end
     * @param sae what is evaluated
     * @param batchTokens how many tokens are in memory at a time
     * @param progress is told of each number of tokens that is done
     */
    public static Evaluation of(
            ActivationReader activations, SparseAutoencoder sae, int batchTokens, IntConsumer progress) {
        Firings firings = new Firings(sae.config().dSae());
        ReconstructionQuality quality = ReconstructionQuality.of(sae);
        EncodingPass pass = EncodingPass.of(activations, sae, batchTokens);
        pass.encodeNext(Long.MAX_VALUE, progress, (batch, features) -> {
            firings.add(batch, features);
            if (quality != null) {
                quality.add(batch, pass.reconstruct(batch, features));
            }
        });
        return new Evaluation(firings, quality);
    }
}
