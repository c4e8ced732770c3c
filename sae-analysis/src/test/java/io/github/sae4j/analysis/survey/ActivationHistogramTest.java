package io.github.sae4j.analysis.survey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One pass gives the bins that a second pass, knowing the largest value, would have filled. */
class ActivationHistogramTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void binsAreThoseOfTheLargestValue(long seed) {
        Random random = new Random(seed);
        float[] values = new float[1000];
        float max = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.exp(random.nextGaussian() * 4 * seed);
            max = Math.max(max, values[i]);
        }
        ActivationHistogram histogram = new ActivationHistogram();
        for (float value : values) {
            histogram.add(value);
        }

        double width = Math.pow(2, Math.floor(Math.log(max) / Math.log(2))) / 32;
        long[] expected = new long[(int) (max / width) + 1];
        for (float value : values) {
            expected[(int) (value / width)]++;
        }
        assertThat(histogram.binWidth()).isEqualTo(width);
        assertThat(histogram.counts()).isEqualTo(expected);
        assertThat(expected).hasSizeBetween(33, 64);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.MIN_VALUE, 1e-40f, 1, 3, Float.MAX_VALUE})
    void anyFloatHasItsBin(float value) {
        ActivationHistogram histogram = new ActivationHistogram();
        histogram.add(value);

        long[] counts = histogram.counts();
        assertThat(counts[counts.length - 1]).isEqualTo(1);
        assertThat((counts.length - 1) * histogram.binWidth()).isLessThanOrEqualTo(value);
        assertThat(counts.length * histogram.binWidth()).isGreaterThan(value);
    }
}
