package io.github.sae4j.arrows;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.core.WeightType;
import io.github.sae4j.tensors.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The two modules that convert 16-bit numbers, neither of which sees the other, do so alike. */
class SixteenBitNumbersTest {

    private static final int NUMBERS = 1 << Short.SIZE;

    private final ByteBuffer one = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer other = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    @ParameterizedTest
    @CsvSource({"FLOAT16, F16", "BFLOAT16, BF16"})
    void haveOneValueInBothModules(WeightType weights, ElementType elements) {
        for (int bits = 0; bits < NUMBERS; bits++) {
            one.putShort(0, (short) bits);
            assertThat(elements.getFloat(one, 0)).as("%04x", bits).isEqualTo(weights.get(one, 0));
        }
    }

    @ParameterizedTest
    @CsvSource({"FLOAT16, F16", "BFLOAT16, BF16"})
    void areRoundedToTheSameBitsInBothModules(WeightType weights, ElementType elements) {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 1_000_000; i++) {
            assertAlike(weights, elements, Float.intBitsToFloat(random.nextInt()));
        }
        for (int bits = 0; bits < NUMBERS - 1; bits++) {
            one.putShort(0, (short) bits);
            float lower = weights.get(one, 0);
            one.putShort(0, (short) (bits + 1));
            float tie = (float) ((lower + (double) weights.get(one, 0)) / 2);
            assertAlike(weights, elements, tie);
            assertAlike(weights, elements, Math.nextUp(tie));
            assertAlike(weights, elements, Math.nextDown(tie));
        }
    }

    private void assertAlike(WeightType weights, ElementType elements, float number) {
        weights.put(one, 0, number);
        elements.putFloat(other, 0, number);
        if (Float.isNaN(number)) {
            assertThat(elements.getFloat(other, 0)).isNaN();
            assertThat(weights.get(one, 0)).isNaN();
        } else if (one.getShort(0) != other.getShort(0)) {
            assertThat(other.getShort(0)).as("%a", number).isEqualTo(one.getShort(0));
        }
    }
}
