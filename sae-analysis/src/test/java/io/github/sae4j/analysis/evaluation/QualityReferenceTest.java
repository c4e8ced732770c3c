package io.github.sae4j.analysis.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.sae4j.data.activations.TokenBatch;
import java.math.BigDecimal;
import java.math.MathContext;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The metrics are what a calculation of 400 decimal digits makes of their definitions. */
class QualityReferenceTest {

    private static final MathContext DIGITS = new MathContext(400);

    /** Some units in the last place of a double. */
    private static final Percentage CLOSE = Percentage.withPercentage(2e-13);

    @ParameterizedTest
    @EnumSource
    void ofAllMagnitudes(RandomTokens.Kind kind) {
        for (int seed = 0; seed < 3; seed++) {
            assertIsRight(RandomTokens.of(kind, 40, 7, seed));
        }
    }

    /** With the mean 1e8 times as long as the deviations, float32 has no more digits. */
    @Test
    void explainedVarianceLosesNoDigitToAHugeMean() {
        RandomTokens tokens = RandomTokens.of(RandomTokens.Kind.GAUSSIAN, 300, 64, 1);
        for (float[][] rows : new float[][][] {tokens.activations(), tokens.reconstructions()}) {
            for (float[] row : rows) {
                for (int column = 0; column < row.length; column++) {
                    row[column] = 3e7f + 8 * Math.round(row[column]);
                }
            }
        }

        assertIsRight(tokens);
    }

    @Test
    void tokensThatAreAllTheSameDoNotVary() {
        for (float value : new float[] {0.1f, 1e38f, 1e-38f, Float.MIN_VALUE, 0}) {
            float[][] rows = new float[77][3];
            for (float[] row : rows) {
                row[1] = value;
                row[2] = -3 * value;
            }
            ReconstructionQuality quality = new ReconstructionQuality(3);
            quality.add(TokenBatch.of(rows), new float[77][3]);

            assertThat(quality.explainedVariance()).isNaN();
        }
    }

    @Test
    void tokensThatDifferInTheirLastBitVary() {
        ReconstructionQuality quality = new ReconstructionQuality(1);
        float one = 1;
        quality.add(TokenBatch.of(new float[][] {{one}, {Math.nextUp(one)}}), new float[][] {{one}, {one}});

        double ulp = Math.ulp(one);
        assertThat(quality.explainedVariance()).isCloseTo(1 - ulp * ulp / (ulp * ulp / 2), within(1e-15));
    }

    private static void assertIsRight(RandomTokens tokens) {
        ReconstructionQuality quality = tokens.measured();
        BigDecimal error = BigDecimal.ZERO;
        BigDecimal norm = BigDecimal.ZERO;
        BigDecimal output = BigDecimal.ZERO;
        BigDecimal product = BigDecimal.ZERO;
        BigDecimal ratios = BigDecimal.ZERO;
        BigDecimal cosines = BigDecimal.ZERO;
        int comparable = 0;
        for (int token = 0; token < tokens.count(); token++) {
            float[] x = tokens.activations()[token];
            float[] y = tokens.reconstructions()[token];
            BigDecimal xx = product(x, x);
            BigDecimal yy = product(y, y);
            BigDecimal xy = product(x, y);
            error = error.add(xx).add(yy).subtract(xy).subtract(xy);
            norm = norm.add(xx);
            output = output.add(yy);
            product = product.add(xy);
            if (xx.signum() != 0) {
                comparable++;
                ratios = ratios.add(yy.divide(xx, DIGITS).sqrt(DIGITS));
                cosines = cosines.add(
                        yy.signum() == 0
                                ? BigDecimal.ZERO
                                : xy.divide(xx.multiply(yy).sqrt(DIGITS), DIGITS));
            }
        }
        BigDecimal unexplained = error.divide(deviation(tokens.activations()), DIGITS);

        assertThat(quality.meanSquaredError()).isCloseTo(ratio(error, BigDecimal.valueOf(tokens.count())), CLOSE);
        assertThat(quality.cosine()).isCloseTo(ratio(cosines, BigDecimal.valueOf(comparable)), within(1e-14));
        assertThat(quality.l2Ratio()).isCloseTo(ratio(ratios, BigDecimal.valueOf(comparable)), CLOSE);
        assertThat(quality.relativeError())
                .isCloseTo(error.divide(norm, DIGITS).sqrt(DIGITS).doubleValue(), CLOSE);
        assertThat(1 - quality.explainedVariance())
                .isCloseTo(unexplained.doubleValue(), within(2e-15 * Math.max(1, unexplained.doubleValue())));
        double bias = ratio(output, product);
        assertThat(quality.relativeReconstructionBias())
                .isCloseTo(bias, within(1e-13 * Math.abs(bias) * Math.max(1, Math.abs(bias))));
    }

    private static BigDecimal deviation(float[][] rows) {
        BigDecimal count = BigDecimal.valueOf(rows.length);
        BigDecimal deviation = BigDecimal.ZERO;
        for (int column = 0; column < rows[0].length; column++) {
            BigDecimal mean = BigDecimal.ZERO;
            for (float[] row : rows) {
                mean = mean.add(new BigDecimal(row[column]));
            }
            mean = mean.divide(count, DIGITS);
            for (float[] row : rows) {
                BigDecimal from = new BigDecimal(row[column]).subtract(mean);
                deviation = deviation.add(from.multiply(from));
            }
        }
        return deviation;
    }

    private static BigDecimal product(float[] one, float[] other) {
        BigDecimal product = BigDecimal.ZERO;
        for (int column = 0; column < one.length; column++) {
            product = product.add(new BigDecimal(one[column]).multiply(new BigDecimal(other[column])));
        }
        return product;
    }

    private static double ratio(BigDecimal one, BigDecimal other) {
        return one.divide(other, DIGITS).doubleValue();
    }
}
