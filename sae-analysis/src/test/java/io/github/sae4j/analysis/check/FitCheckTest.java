package io.github.sae4j.analysis.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.fixtures.KindCase;
import io.github.sae4j.fixtures.Tensor;
import io.github.sae4j.loader.SAE;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Whether activations fit an SAE is told from whole reconstructions. */
class FitCheckTest {

    @Test
    void aSkipTermIsPartOfWhatIsExplained() {
        KindCase skip = KindCase.named("sparsify_skip");
        try (SparseAutoencoder sae = SAE.fromDisk(skip.repositoryFolder().resolve(skip.path()))) {
            float[][] rows = rows(skip.tensor("x"), sae.config().dIn());
            ReconstructionQuality quality =
                    new ReconstructionQuality(sae.config().dIn());
            quality.add(TokenBatch.of(rows), sae.reconstruct(rows));

            FitCheck check = FitCheck.on(Sample.of(rows), sae);

            assertThat(check.trials())
                    .filteredOn(trial -> trial.remedies() == 0)
                    .singleElement()
                    .returns(quality.explainedVariance(), HypothesisResult::explainedVariance)
                    .returns(rows.length, HypothesisResult::tokens);
        }
    }

    private static float[][] rows(Tensor x, int width) {
        float[] values = x.values();
        float[][] rows = new float[values.length / width][];
        for (int token = 0; token < rows.length; token++) {
            rows[token] = Arrays.copyOfRange(values, token * width, (token + 1) * width);
        }
        return rows;
    }

    @Test
    void tokensAreThoseThatWereGiven() {
        float[][] rows = {{1, 2}, {3, 4}};

        Sample sample = Sample.of(rows);
        rows[1][0] = 5;

        assertThat(sample.rows()).isDeepEqualTo(new float[][] {{1, 2}, {3, 4}});
    }

    @Test
    void everyTokenIsTheFirstOfItsSequenceOrNot() {
        assertThatThrownBy(() -> new Sample(new float[3][2], new boolean[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("first has 2 values, but there are 3 tokens.");
    }
}
