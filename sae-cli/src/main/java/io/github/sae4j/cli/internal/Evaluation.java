package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.evaluation.Firings;
import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.activations.Activations;
import org.jspecify.annotations.Nullable;

/**
 * How well an SAE does on the activations of a file.
 *
 * @param firings how often its features fire
 * @param quality how close its reconstructions come, or null for an SAE that does not reconstruct what it reads: a
 *     transcoder, or one without a decoder
 */
record Evaluation(Firings firings, @Nullable ReconstructionQuality quality) {

    /** Returns what to do about reconstructions that are worse than none, or null. */
    @Nullable
    String advice(SparseAutoencoder sae) {
        return quality == null ? null : advice(quality, sae);
    }

    /** Returns what to do about reconstructions that are worse than none, or null. */
    static @Nullable String advice(ReconstructionQuality quality, SparseAutoencoder sae) {
        return quality.explainedVariance() < 0 && !sae.takesSequences()
                ? "An explained variance below 0 means that the mean activation comes closer than the reconstructions;"
                        + " sae check says what is probably wrong."
                : null;
    }

    /**
     * Encodes and decodes all tokens in one pass.
     *
     * @param activations the tokens
     * @param sae what is evaluated
     * @param batchTokens how many tokens are in memory at a time
     * @param terminal shows progress
     */
    static Evaluation of(Activations activations, SparseAutoencoder sae, int batchTokens, Terminal terminal) {
        Firings firings = new Firings(sae.config().dSae());
        ReconstructionQuality quality = ReconstructionQuality.of(sae);
        Batches batches = Batches.of(activations, sae, batchTokens);
        batches.encodeAll(terminal, "evaluating", (batch, features) -> {
            firings.add(batch, features);
            if (quality != null) {
                quality.add(batch, batches.reconstruct(batch, features));
            }
        });
        return new Evaluation(firings, quality);
    }
}
