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
        assertThat(ElementType.ofLabel("F4")).isEmpty();
    }

    @Test
    void convertsMany() {
        assertConverts(
                ElementType.F16,
                ByteBuffer.allocate(6).putShort(2, (short) 0x3e00).putShort(4, (short) 0xc200));
        assertConverts(
                ElementType.BF16,
                ByteBuffer.allocate(6).putShort(2, (short) 0x3fc0).putShort(4, (short) 0xc040));
        assertConverts(
                ElementType.F32, ByteBuffer.allocate(10).putFloat(2, 1.5f).putFloat(6, -3));
        assertConverts(
                ElementType.F64, ByteBuffer.allocate(18).putDouble(2, 1.5).putDouble(10, -3));
    }

    private static void assertConverts(ElementType type, ByteBuffer numbers) {
        float[] target = new float[4];
        type.getFloats(numbers, 2, target, 1, 2);
        assertThat(target).containsExactly(0, 1.5f, -3, 0);
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
