package io.github.sae4j.loader.internal.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.loader.internal.container.TensorFile;
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
class FloatsTest {

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
        try (TensorFile opened = TensorFiles.open(file)) {
            return Floats.of(opened.tensor("x"));
        }
    }
}
