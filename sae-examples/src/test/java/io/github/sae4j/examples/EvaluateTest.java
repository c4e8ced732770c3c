package io.github.sae4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateTest {

    private static final int TOKENS = 300;

    @TempDir
    private Path folder;

    @Test
    void printsWhatTheFormulasGive() {
        SmallSae small = SmallSae.in(folder, TOKENS);
        SparseFeatures features = small.features(TOKENS);
        boolean[] alive = new boolean[features.dSae()];
        for (int i = 0; i < features.activeCount(); i++) {
            alive[features.indices().get(i)] = true;
        }
        long dead = IntStream.range(0, alive.length).filter(i -> !alive[i]).count();

        assertThat(Printed.by(Evaluate::main, small.folder(), small.file()))
                .containsExactly(
                        "tokens              " + TOKENS,
                        String.format("L0                  %.3f", features.l0()),
                        "dead features       " + dead + " of " + features.dSae(),
                        String.format("explained variance  %.4f", explainedVariance(small)));
    }

    private static double explainedVariance(SmallSae small) {
        float[][] x = small.activations(TOKENS);
        float[][] y;
        try (SparseAutoencoder sae = small.open()) {
            y = sae.reconstruct(x);
        }
        double error = 0;
        double deviation = 0;
        for (int i = 0; i < x[0].length; i++) {
            int column = i;
            double mean = IntStream.range(0, TOKENS)
                    .mapToDouble(token -> x[token][column])
                    .average()
                    .orElseThrow();
            for (int token = 0; token < TOKENS; token++) {
                error += Math.pow(x[token][i] - y[token][i], 2);
                deviation += Math.pow(x[token][i] - mean, 2);
            }
        }
        return 1 - error / deviation;
    }
}
