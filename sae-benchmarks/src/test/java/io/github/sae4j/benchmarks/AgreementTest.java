package io.github.sae4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Which differences between two sides pass for rounding, and which do not. */
class AgreementTest {

    @Test
    void allowsAFeatureAtTheThresholdThatOnlyOneFound() {
        Agreement agreement = compare(false, row(1, 5e-5f, 0), row(1, 0, 0));

        assertThat(agreement.active()).isEqualTo(1);
        assertThat(agreement.onlyOne()).isEqualTo(1);
        assertThat(agreement.worstError()).isLessThan(1e-4);
    }

    @Test
    void refusesAFeatureAboveTheThresholdThatOnlyOneFound() {
        assertThatThrownBy(() -> compare(false, row(100, 1e-3f), row(100, 0)))
                .isInstanceOf(BenchmarkException.class)
                .hasMessage(
                        "Token 0, feature 1: sae4j found 0.00100000 and the peer 0.00000, with the threshold 0.00000.");
    }

    @Test
    void allowsTheWeakestOfTheStrongestToBeAnEqualOne() {
        Agreement agreement = compare(true, row(9000, 0.5f, 0), row(9000, 0, 0.50001f));

        assertThat(agreement.onlyOne()).isEqualTo(2);
    }

    @Test
    void refusesAWeakerFeatureAmongTheStrongest() {
        assertThatThrownBy(() -> compare(true, row(9000, 0.5f, 0), row(9000, 0, 0.6f)))
                .isInstanceOf(BenchmarkException.class);
    }

    @Test
    void refusesOneFeatureMoreAmongTheStrongest() {
        assertThatThrownBy(() -> compare(true, row(9000, 0.5f), row(9000, 0))).isInstanceOf(BenchmarkException.class);
    }

    @Test
    void refusesOtherValues() {
        assertThatThrownBy(() -> compare(false, row(1, 2), row(1, 2.001f)))
                .isInstanceOf(BenchmarkException.class)
                .hasMessageContaining("relative error");
        assertThatThrownBy(() -> Agreement.ofReconstructions(1, index -> row(1), index -> row(Float.NaN), 1e-4))
                .isInstanceOf(BenchmarkException.class);
    }

    @Test
    void measuresAFeatureThatOnlyOneFoundByItsOwnThreshold() {
        float[] thresholds = row(0, 0.9f);

        Agreement agreement =
                Agreement.ofFeatures(1, index -> row(1, 0.90005f), index -> row(1, 0), false, thresholds, 1e-4);

        assertThat(agreement).isEqualTo(new Agreement(1, 1, 0));
        assertThatThrownBy(() ->
                        Agreement.ofFeatures(1, index -> row(1, 0.9002f), index -> row(1, 0), false, thresholds, 1e-4))
                .isInstanceOf(BenchmarkException.class)
                .hasMessageContaining("Token 0, feature 1", "threshold 0.900000");
    }

    private static Agreement compare(boolean strongestOnly, float[] ours, float[] peer) {
        return Agreement.ofFeatures(1, index -> ours, index -> peer, strongestOnly, new float[0], 1e-4);
    }

    private static float[] row(float... values) {
        return values;
    }
}
