package io.github.sae4j.loader;

import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A folder with a standard SAE of d_in 2 and d_sae 3, of which a test changes what it is about. */
final class TinySae {

    static final String CONFIG = """
            {"architecture": "standard", "d_in": 2, "d_sae": 3, "dtype": "float32", "metadata": {"sae_lens_version": "6.18.0"}}
            """;

    private final Map<String, Stored> tensors = new LinkedHashMap<>();
    private final Map<String, Stored> sparsity = new LinkedHashMap<>();
    private @Nullable String config = CONFIG;

    private record Stored(TensorSpec spec, ByteBuffer bytes) {}

    TinySae() {
        tensor("W_enc", Dtype.F32, new float[] {1, 0, 1, 0, 1, 1}, 2, 3);
        tensor("W_dec", Dtype.F32, new float[] {1, 0, 0, 1, 1, 1}, 3, 2);
        tensor("b_enc", Dtype.F32, new float[] {0, 0.5f, -1}, 3);
        tensor("b_dec", Dtype.F32, new float[] {0.25f, -0.25f}, 2);
    }

    TinySae config(@Nullable String text) {
        this.config = text;
        return this;
    }

    TinySae without(String name) {
        tensors.remove(name);
        return this;
    }

    TinySae sparsity(String name, float[] values) {
        sparsity.put(name, stored(name, Dtype.F32, values, values.length));
        return this;
    }

    TinySae tensor(String name, Dtype dtype, float[] values, long... shape) {
        tensors.put(name, stored(name, dtype, values, shape));
        return this;
    }

    private static Stored stored(String name, Dtype dtype, float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            switch (dtype) {
                case F32 -> bytes.putFloat(value);
                case F64 -> bytes.putDouble(value);
                case BF16 -> bytes.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
                case I32 -> bytes.putInt((int) value);
                default -> throw new IllegalArgumentException("not in these tests: " + dtype);
            }
        }
        return new Stored(new TensorSpec(name, dtype, shape), bytes.flip());
    }

    /** Writes the files into a folder, which is made if need be, and returns the folder. */
    Path in(Path folder) {
        try {
            Files.createDirectories(folder);
            if (config != null) {
                Files.writeString(folder.resolve("cfg.json"), config);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        write(folder.resolve("sae_weights.safetensors"), tensors);
        if (!sparsity.isEmpty()) {
            write(folder.resolve("sparsity.safetensors"), sparsity);
        }
        return folder;
    }

    private static void write(Path file, Map<String, Stored> tensors) {
        List<TensorSpec> specs = new ArrayList<>();
        tensors.values().forEach(stored -> specs.add(stored.spec()));
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, specs, Map.of())) {
            tensors.forEach((name, stored) -> writer.write(name, stored.bytes().duplicate()));
            writer.commit();
        }
    }
}
