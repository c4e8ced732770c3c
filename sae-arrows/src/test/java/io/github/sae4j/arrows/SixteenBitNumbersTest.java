package io.github.sae4j.arrows;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.core.WeightType;
import io.github.sae4j.tensors.ElementType;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What tensor-files reads of 16-bit numbers is what sae-core takes them for; neither sees the other. */
class SixteenBitNumbersTest {

    private static final int NUMBERS = 1 << Short.SIZE;

    @ParameterizedTest
    @CsvSource({"FLOAT16, F16", "BFLOAT16, BF16"})
    void haveOneValueInBothModules(WeightType weights, ElementType elements) {
        ByteBuffer number = ByteBuffer.allocate(Short.BYTES);
        for (int bits = 0; bits < NUMBERS; bits++) {
            number.putShort(0, (short) bits);
            assertThat(elements.getFloat(number, 0)).as("%04x", bits).isEqualTo(Float.valueOf(weights.get(number, 0)));
        }
    }
}
