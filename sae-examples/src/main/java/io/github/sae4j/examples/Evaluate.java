package io.github.sae4j.examples;

import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.evaluation.Firings;
import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;

/**
 * Measures an SAE on a file of activations, in one pass: how many features are active on a token, how many never are, and how
 * much of the activations' variance the reconstructions explain.
 */
public final class Evaluate {

    private Evaluate() {}

    public static void main(String[] args) {
        if (args.length != 2) {
            throw new IllegalArgumentException("Arguments: SAE ACTIVATIONS");
        }
        try (SparseAutoencoder sae = SAE.fromDisk(Path.of(args[0]));
                ActivationReader reader = Activations.from(Path.of(args[1])).openFor(sae)) {
            Evaluation evaluation = Evaluation.of(reader, sae, 1024);
            Firings firings = evaluation.firings();
            System.out.printf("tokens              %d%n", firings.tokens());
            System.out.printf("L0                  %.3f%n", firings.l0());
            System.out.printf(
                    "dead features       %d of %d%n",
                    firings.dead().length, sae.config().dSae());
            ReconstructionQuality quality = evaluation.quality().orElse(null);
            if (quality == null) {
                System.out.println("explained variance  none: this SAE does not reconstruct what it encodes");
            } else {
                System.out.printf("explained variance  %.4f%n", quality.explainedVariance());
            }
        }
    }
}
