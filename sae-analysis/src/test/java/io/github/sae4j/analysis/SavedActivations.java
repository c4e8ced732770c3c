package io.github.sae4j.analysis;

import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A file of random activations. */
public final class SavedActivations {

    private SavedActivations() {}

    /** Writes a tensor {@code x} of float32 {@code [tokens, width]}, the same numbers each time. */
    public static Path write(Path file, int tokens, int width) {
        ByteBuffer numbers = ByteBuffer.allocate(tokens * width * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Random random = new Random(1);
        while (numbers.hasRemaining()) {
            numbers.putFloat((float) random.nextGaussian());
        }
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file, List.of(new TensorSpec("x", Dtype.F32, tokens, width)), Map.of())) {
            writer.write("x", numbers.flip());
            writer.commit();
        }
        return file;
    }
}
