package io.github.sae4j.analysis.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** A sum of doubles is rounded once, when it is read. */
class ExactSumTest {

    private static final double SMALLEST = Double.MIN_VALUE;
    private static final double LARGEST = Double.MAX_VALUE;

    @Test
    void isTheNearestDoubleToTheSumOfAllMagnitudes() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            int spread = 1 + random.nextInt(2000);
            double[] numbers = DoubleStream.generate(
                            () -> Math.scalb(random.nextGaussian(), random.nextInt(spread) - Math.min(spread, 1073)))
                    .limit(1 + random.nextInt(50))
                    .toArray();

            assertBits(sum(numbers).value(), reference(numbers));
        }
    }

    @Test
    void keepsWhatCancellationLeaves() {
        assertBits(sum(LARGEST, 1, SMALLEST, -1, -LARGEST).value(), SMALLEST);
        assertBits(sum(1e16, 1, -1e16).value(), 1);
        assertBits(sum(-SMALLEST, SMALLEST).value(), 0);
        assertBits(sum().value(), 0);
        assertBits(sum(-0.0).value(), 0);
    }

    @Test
    void passesBeyondTheLargestDoubleAndComesBack() {
        assertBits(sum(LARGEST, LARGEST, -LARGEST).value(), LARGEST);
        assertBits(sum(LARGEST, LARGEST).value(), Double.POSITIVE_INFINITY);
        assertBits(sum(-LARGEST, -LARGEST).value(), Double.NEGATIVE_INFINITY);
    }

    @Test
    void isRoundedToEvenBetweenTwoDoubles() {
        double half = Math.ulp(1.0) / 2;
        assertBits(sum(1, half).value(), 1);
        assertBits(sum(1, half, SMALLEST).value(), Math.nextUp(1.0));
        assertBits(sum(1, half, -SMALLEST).value(), 1);
        assertBits(sum(-1, -half, SMALLEST).value(), -1);
        assertBits(sum(-1, -half, -SMALLEST).value(), -Math.nextUp(1.0));
        assertBits(sum(Math.nextUp(1.0), half).value(), 1 + 4 * half);
        assertBits(sum(Double.MIN_NORMAL, -SMALLEST).value(), Double.MIN_NORMAL - SMALLEST);
    }

    @Test
    void isTheSameInAnyOrderAndGroups() {
        Random random = new Random(1);
        List<Double> numbers = new ArrayList<>(
                DoubleStream.generate(() -> Math.scalb(random.nextGaussian(), random.nextInt(2000) - 1000))
                        .limit(500)
                        .boxed()
                        .toList());
        ExactSum inOrder = sum(doubles(numbers));
        for (int times = 0; times < 20; times++) {
            Collections.shuffle(numbers, random);
            int cut = random.nextInt(numbers.size());
            ExactSum merged = sum(doubles(numbers.subList(0, cut)));
            ExactSum rest = sum(doubles(numbers.subList(cut, numbers.size())));
            double before = rest.value();

            merged.add(rest);

            assertBits(merged.value(), inOrder.value());
            assertThat(bytes(merged)).isEqualTo(bytes(inOrder));
            assertBits(rest.value(), before);
        }
    }

    @Test
    void takesInItself() {
        ExactSum sum = sum(1, -1e300, SMALLEST);
        sum.add(sum);

        assertBits(sum.value(), reference(2, -2e300, 2 * SMALLEST));
    }

    @Test
    void isNanAfterAnInfinityOrNan() {
        for (double spoilt : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            ExactSum merged = sum(1);
            merged.add(sum(spoilt, 2));
            merged.add(3);

            assertThat(sum(spoilt).value()).isNaN();
            assertThat(merged.value()).isNaN();
            assertThat(merged.isFinite()).isFalse();
            assertThat(bytes(merged)).isEqualTo(bytes(sum(3, 2, 1, spoilt)));
        }
    }

    private static ExactSum sum(double... numbers) {
        ExactSum sum = new ExactSum();
        for (double number : numbers) {
            sum.add(number);
        }
        return sum;
    }

    private static double[] doubles(List<Double> numbers) {
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double reference(double... numbers) {
        return DoubleStream.of(numbers)
                .mapToObj(BigDecimal::new)
                .reduce(BigDecimal.ZERO, BigDecimal::add)
                .doubleValue();
    }

    private static byte[] bytes(ExactSum sum) {
        StateWriter out = new StateWriter("", 1);
        sum.write(out);
        return out.bytes();
    }

    private static void assertBits(double found, double expected) {
        assertThat(Double.doubleToLongBits(found))
                .as("%s, not %s", found, expected)
                .isEqualTo(Double.doubleToLongBits(expected));
    }
}
