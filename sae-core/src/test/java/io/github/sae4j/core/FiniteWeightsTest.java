package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** NaN and infinity among weights are found wherever they lie, and refused with their place. */
class FiniteWeightsTest {

    private static final int COLUMNS = 1001;
    private static final int ROWS = 150;

    private static List<ByteBuffer> finite(WeightType type, int... rowsOfParts) {
        SplittableRandom random = new SplittableRandom(1);
        float[] values = {0, -0f, Float.MIN_VALUE, 1, -1, 65504, -65504, 6e-8f};
        List<ByteBuffer> parts = new ArrayList<>();
        for (int rows : rowsOfParts) {
            // An odd beginning, as tensors have in files.
            ByteBuffer part = ByteBuffer.allocateDirect(rows * COLUMNS * type.bytes() + 1)
                    .position(1)
                    .slice()
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at < part.capacity(); at += type.bytes()) {
                type.put(part, at, values[random.nextInt(values.length)]);
            }
            parts.add(part);
        }
        return parts;
    }

    @ParameterizedTest
    @EnumSource(WeightType.class)
    void areFoundInEveryPlace(WeightType type) {
        List<ByteBuffer> parts = finite(type, 100, 50);
        assertThat(WeightMatrix.of(type, ROWS, COLUMNS, parts).firstNonFinite()).isEmpty();
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            for (int element : new int[] {0, 1, 7, 32767, 32768, 65536, 99_999, 100_100, 150_149}) {
                ByteBuffer part = parts.get(element < 100 * COLUMNS ? 0 : 1);
                int at = (element < 100 * COLUMNS ? element : element - 100 * COLUMNS) * type.bytes();
                float before = type.get(part, at);
                type.put(part, at, bad);
                WeightMatrix matrix = WeightMatrix.of(type, ROWS, COLUMNS, parts);
                assertThat(matrix.firstNonFinite()).hasValue(element);
                assertThat(matrix.transposed().firstNonFinite()).hasValue(element);
                assertThat(matrix.takenAsFinite().firstNonFinite()).isEmpty();
                type.put(part, at, before);
            }
        }
    }

    @Test
    void areRefusedUnlessTheyAreAllowed() {
        TinySae tiny = TinySae.of(16, 40);
        tiny.wEnc()[3][7] = Float.NaN;
        String sentence = "W_enc holds NaN at [3, 7]. Weights must be finite unless the SAE is opened to allow others.";
        assertThatThrownBy(tiny::open).isInstanceOf(SaeException.class).hasMessage(sentence);
        assertThatThrownBy(tiny.lyingTransposed(true, true)::open).hasMessage(sentence);
        assertThatThrownBy(tiny.inParts(4)::open).hasMessage(sentence);
        tiny.builder().allowNonFinite(true).build().close();
    }

    @Test
    void areRefusedInVectorsToo() {
        TinySae tiny = TinySae.of(16, 40);
        float[] bad = new float[40];
        bad[5] = Float.NEGATIVE_INFINITY;
        assertThatThrownBy(() -> tiny.builder().activation(Relu.of(bad)).build())
                .hasMessageStartingWith("The bias of the activation rule holds -Infinity at [5].");
        assertThatThrownBy(() -> tiny.builder()
                        .activation(JumpRelu.of(new float[40], bad))
                        .build())
                .hasMessageStartingWith("Parameter 1 of the activation rule holds -Infinity at [5].");
        float[] bias = new float[16];
        bias[2] = Float.NaN;
        assertThatThrownBy(() -> tiny.builder().decoderBias(bias).build())
                .hasMessageStartingWith("b_dec holds NaN at [2].");
    }
}
