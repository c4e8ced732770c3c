package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A weight matrix shows its elements wherever they lie, and has no others. */
class WeightMatrixTest {

    private static ByteBuffer floats(float... values) {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.flip();
    }

    private static final WeightMatrix MATRIX =
            WeightMatrix.of(WeightType.FLOAT32, 3, 2, List.of(floats(1, 2, 3, 4), floats(5, 6)));

    @Test
    void givesTheElementsOfEveryPartStraightAndTransposed() {
        for (int row = 0; row < 3; row++) {
            for (int column = 0; column < 2; column++) {
                float expected = 2 * row + column + 1;
                assertThat(MATRIX.get(row, column)).isEqualTo(expected);
                assertThat(MATRIX.transposed().get(column, row)).isEqualTo(expected);
            }
        }
    }

    @Test
    void refusesElementsThatItDoesNotHave() {
        for (long[] place : new long[][] {{3, 0}, {0, 2}, {-1, 0}, {0, -1}, {Long.MAX_VALUE, 0}}) {
            assertThatThrownBy(() -> MATRIX.get(place[0], place[1]))
                    .isInstanceOf(SaeException.class)
                    .hasMessage("There is no weight at row " + place[0] + ", column " + place[1]
                            + ": the matrix has the shape [3, 2].");
        }
        assertThatThrownBy(() -> MATRIX.transposed().get(2, 0))
                .hasMessage("There is no weight at row 2, column 0: the matrix has the shape [2, 3].");
    }
}
