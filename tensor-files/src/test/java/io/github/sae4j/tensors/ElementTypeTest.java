package io.github.sae4j.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stored numbers as float32: exact where the format is narrower. */
class ElementTypeTest {

    @TempDir
    private Path folder;

    @Test
    void widensHalves() {
        short[] halves = {
            0x0000,
            (short) 0x8000,
            0x0001,
            0x03ff,
            0x0400,
            0x3c00,
            (short) 0xc000,
            0x7bff,
            0x7c00,
            (short) 0xfc00,
            0x7e00
        };

        assertThat(shorts(Dtype.F16, halves))
                .containsExactly(
                        0f,
                        -0f,
                        0x1p-24f,
                        1023 * 0x1p-24f,
                        0x1p-14f,
                        1f,
                        -2f,
                        65504f,
                        Float.POSITIVE_INFINITY,
                        Float.NEGATIVE_INFINITY,
                        Float.NaN);
    }

    @Test
    void widensBfloat16() {
        short[] stored = {0x0000, (short) 0x8000, 0x3f80, (short) 0xc049, 0x0001, 0x7f80, 0x7fc0};

        assertThat(shorts(Dtype.BF16, stored))
                .containsExactly(
                        0f, -0f, 1f, -3.140625f, Float.intBitsToFloat(0x10000), Float.POSITIVE_INFINITY, Float.NaN);
    }

    @Test
    void roundsDoubles() {
        ByteBuffer bytes = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putDouble(0.1).putDouble(1e300).putDouble(-1e-300).flip();

        assertThat(stored(Dtype.F64, 3, bytes)).containsExactly(0.1f, Float.POSITIVE_INFINITY, -0f);
    }

    /** Every half has a float32, and rounding that gives the half again. */
    @Test
    void givesEveryHalfAndEveryBfloat16Back() {
        ByteBuffer bytes = ByteBuffer.allocate(4);
        for (ElementType type : List.of(ElementType.F16, ElementType.BF16)) {
            for (int bits = 0; bits <= 0xffff; bits++) {
                float value = type.getFloat(bytes.putShort(0, (short) bits), 0);
                type.putFloat(bytes, 2, value);
                if (Float.isNaN(value)) {
                    assertThat(type.getFloat(bytes, 2)).isNaN();
                } else {
                    assertThat(bytes.getShort(2)).isEqualTo((short) bits);
                }
            }
        }
    }

    @Test
    void roundsToTheNearestHalfTheEvenOneOfTwo() {
        assertThat(half(65519)).isEqualTo(65504);
        assertThat(half(65520)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(half(-1e30f)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(half(1 + 0x1p-11f)).isEqualTo(1);
        assertThat(half(1 + 3 * 0x1p-11f)).isEqualTo(1 + 0x1p-9f);
        assertThat(half(0x1p-25f)).isEqualTo(0);
        assertThat(half(1.5f * 0x1p-24f)).isEqualTo(0x1p-23f);
        assertThat(half(0x1p-14f - 0x1p-26f)).isEqualTo(0x1p-14f);
        assertThat(half(Float.NaN)).isNaN();
    }

    private static float half(float value) {
        ByteBuffer bytes = ByteBuffer.allocate(2);
        ElementType.F16.putFloat(bytes, 0, value);
        return ElementType.F16.getFloat(bytes, 0);
    }

    @Test
    void convertsWholeNumbers() {
        ByteBuffer ones = ByteBuffer.allocate(8).putLong(0, -1);
        assertThat(ElementType.U8.getFloat(ones, 0)).isEqualTo(255);
        assertThat(ElementType.I8.getFloat(ones, 0)).isEqualTo(-1);
        assertThat(ElementType.U16.getFloat(ones, 0)).isEqualTo(65535);
        assertThat(ElementType.I16.getFloat(ones, 0)).isEqualTo(-1);
        assertThat(ElementType.U32.getFloat(ones, 0)).isEqualTo(0x1p32f);
        assertThat(ElementType.I32.getFloat(ones, 0)).isEqualTo(-1);
        assertThat(ElementType.U64.getFloat(ones, 0)).isEqualTo(0x1p64f);
        assertThat(ElementType.I64.getFloat(ones, 0)).isEqualTo(-1);
        assertThatThrownBy(() -> ElementType.C64.getFloat(ones, 0)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ElementType.U8.putFloat(ones, 0, 1)).isInstanceOf(UnsupportedOperationException.class);
        assertThat(ElementType.ofLabel("F4")).isEmpty();
    }

    @Test
    void convertsMany() {
        ByteBuffer bytes = ByteBuffer.allocate(20);
        for (ElementType type : List.of(ElementType.F16, ElementType.BF16, ElementType.F32, ElementType.F64)) {
            type.putFloat(bytes, 2, 1.5f);
            type.putFloat(bytes, 2 + type.bytes(), -3);
            float[] target = new float[4];
            type.getFloats(bytes, 2, target, 1, 2);
            assertThat(target).containsExactly(0, 1.5f, -3, 0);
        }
    }

    private float[] shorts(Dtype dtype, short[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (short value : values) {
            bytes.putShort(value);
        }
        return stored(dtype, values.length, bytes.flip());
    }

    private float[] stored(Dtype dtype, int length, ByteBuffer bytes) {
        Path file = folder.resolve("x.safetensors");
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file, List.of(new TensorSpec("x", dtype, length)), Map.of())) {
            writer.write("x", bytes);
            writer.commit();
        }
        try (TensorFile opened = TensorFile.open(file)) {
            return opened.tensor("x").toFloats();
        }
    }
}
