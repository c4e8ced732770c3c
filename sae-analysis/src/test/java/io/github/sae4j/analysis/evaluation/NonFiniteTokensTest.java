package io.github.sae4j.analysis.evaluation;

import static io.github.sae4j.analysis.evaluation.RandomTokens.bits;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.data.activations.TokenBatch;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An infinity or NaN in a single token makes every metric NaN, also after merging. */
class NonFiniteTokensTest {

    private final RandomTokens finite = RandomTokens.of(RandomTokens.Kind.GAUSSIAN, 20, 4, 1);

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void leaveNoMetric(float value) {
        for (ReconstructionQuality quality :
                List.of(withOne(value, 1), withOne(value, 0), withOne(1, value), withOne(value, value))) {
            assertThat(List.of(
                            quality.meanSquaredError(),
                            quality.cosine(),
                            quality.l2Ratio(),
                            quality.relativeReconstructionBias(),
                            quality.explainedVariance(),
                            quality.legacyExplainedVariance(),
                            quality.relativeError()))
                    .containsOnly(Double.NaN);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void areMergedAndShippedAsTheyAreMeasuredTogether(float value) {
        ReconstructionQuality together = finite.measured();
        batch(value, 1).addTo(together);
        ReconstructionQuality merged =
                ReconstructionQuality.fromBytes(withOne(value, 1).toBytes());
        merged.add(finite.measured());
        ReconstructionQuality otherWay = finite.measured();
        otherWay.add(withOne(value, 1));

        assertThat(bits(merged)).isEqualTo(bits(together)).isEqualTo(bits(otherWay));
        assertThat(merged.toBytes()).isEqualTo(together.toBytes()).isEqualTo(otherWay.toBytes());
        assertThat(merged.explainedVariance()).isNaN();
    }

    @Test
    void inATokenThatIsSkippedSpoilNothing() {
        TokenBatch batch = TokenBatch.of(new float[][] {{1, 2}, {Float.NaN, 1}, {2, 5}});
        batch.skip(1);
        ReconstructionQuality quality = new ReconstructionQuality(2);
        quality.add(batch, new float[3][2]);

        assertThat(quality.explainedVariance()).isFinite();
        assertThat(quality.legacyExplainedVariance()).isFinite();
    }

    private static RandomTokens batch(float activation, float reconstruction) {
        return new RandomTokens(
                new float[][] {{1, 2, 3, 4}, {0, activation, 0, 0}},
                new float[][] {{1, 2, 3, 3}, {0, reconstruction, 0, 0}});
    }

    private static ReconstructionQuality withOne(float activation, float reconstruction) {
        return batch(activation, reconstruction).measured();
    }
}
