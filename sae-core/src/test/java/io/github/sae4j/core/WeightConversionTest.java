package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Matrices in another number format than the stored one. */
class WeightConversionTest {

    private static final int ALL = 1 << 16;

    @ParameterizedTest
    @EnumSource(
            value = WeightType.class,
            names = {"FLOAT16", "BFLOAT16"})
    void everyNarrowNumberSurvivesTheWayThereAndBack(WeightType narrow) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(ALL * 2).order(ByteOrder.LITTLE_ENDIAN);
        for (int bits = 0; bits < ALL; bits++) {
            bytes.putShort(2 * bits, (short) bits);
        }
        WeightMatrix stored = WeightMatrix.of(narrow, 256, 256, List.of(bytes));

        ByteBuffer back = stored.as(WeightType.FLOAT32).as(narrow).parts().get(0);

        for (int bits = 0; bits < ALL; bits++) {
            float value = narrow.get(bytes, 2 * bits);
            if (Float.isNaN(value)) {
                assertThat(narrow.get(back, 2 * bits)).isNaN();
            } else {
                assertThat(back.getShort(2 * bits)).isEqualTo((short) bits);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0x3c00",
        "-2, 0xc000",
        "65504, 0x7bff",
        "65519.996, 0x7bff",
        "65520, 0x7c00",
        "5.9604645E-8, 0x0001",
        "2.9802322E-8, 0x0000",
        "2.9802326E-8, 0x0001",
        "6.1035156E-5, 0x0400",
        "6.1005353E-5, 0x0400",
        "1.00048828125, 0x3c00",
        "1.00146484375, 0x3c02",
        "0.33325195, 0x3555",
    })
    void roundsToTheNearestFloat16(float value, String bits) {
        assertThat(put(WeightType.FLOAT16, value))
                .isEqualTo(Integer.decode(bits).shortValue());
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0x3f80",
        "-1, 0xbf80",
        "1.00390625, 0x3f80",
        "1.01171875, 0x3f82",
        "3.4028235E38, 0x7f80",
        "3.1415927, 0x4049",
    })
    void roundsToTheNearestBfloat16(float value, String bits) {
        assertThat(put(WeightType.BFLOAT16, value))
                .isEqualTo(Integer.decode(bits).shortValue());
    }

    @Test
    void roundsNoFurtherThanHalfTheSpacing() {
        Random random = new Random(7);
        ByteBuffer bytes = ByteBuffer.allocate(2);
        for (int i = 0; i < 100_000; i++) {
            float value = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(28) - 14));
            for (WeightType type : List.of(WeightType.FLOAT16, WeightType.BFLOAT16)) {
                type.put(bytes, 0, value);
                float nearest = type.get(bytes, 0);
                short stored = bytes.getShort(0);
                for (int step = -1; step <= 1; step += 2) {
                    float other = type.get(bytes.putShort(0, (short) (stored + step)), 0);
                    if (Float.isFinite(other)) {
                        assertThat(Math.abs((double) nearest - value))
                                .isLessThanOrEqualTo(Math.abs((double) other - value));
                    }
                }
            }
        }
    }

    @Test
    void isTheSameMatrixWhereNothingChanges() {
        WeightMatrix matrix = WeightMatrix.of(new float[][] {{1, 2}});

        assertThat(matrix.as(WeightType.FLOAT32)).isSameAs(matrix);
    }

    @Test
    void keepsATransposeTransposed() {
        WeightMatrix matrix =
                WeightMatrix.of(new float[][] {{1, 2, 3}, {4, 5, 70_000}}).transposed();

        WeightMatrix narrow = matrix.as(WeightType.BFLOAT16);
        assertThat(narrow.isTransposed()).isTrue();
        assertThat(narrow.rows()).isEqualTo(3);
        assertThat(WeightType.BFLOAT16.get(narrow.parts().get(0), 2 * 4)).isEqualTo(5);
        assertThatExceptionOfType(SaeException.class)
                .isThrownBy(() -> matrix.as(WeightType.FLOAT16))
                .withMessageContaining("in row 2, column 1 ");
    }

    @Test
    void tellsTheWeightThatDoesNotFit() {
        WeightMatrix matrix = WeightMatrix.of(new float[][] {{1, 2}, {3, -70_000}});

        assertThatExceptionOfType(SaeException.class)
                .isThrownBy(() -> matrix.as(WeightType.FLOAT16))
                .withMessage("The weight -70000.0 in row 1, column 1 is too large for float16, whose largest number is"
                        + " 65504.");
        assertThatExceptionOfType(NullPointerException.class)
                .isThrownBy(() -> matrix.as(null))
                .withMessage("other must not be null.");
    }

    private static short put(WeightType type, float value) {
        ByteBuffer bytes = ByteBuffer.allocate(2);
        type.put(bytes, 0, value);
        return bytes.getShort(0);
    }
}
