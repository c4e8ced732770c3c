package io.github.sae4j.loader.internal;

import io.github.sae4j.core.WeightType;
import io.github.sae4j.safetensors.TensorView;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The conversion of a stored tensor to float32: exact from narrower formats, rounded to nearest from float64. */
final class Floats {

    private Floats() {}

    /**
     * Returns the elements of a tensor that fits an array.
     *
     * @param path the file that has it, for sentences
     *
     * @throws io.github.sae4j.loader.SaeLoadException if they are not floating point
     */
    static float[] of(Path path, TensorView tensor) {
        Element element = element(path, tensor);
        float[] values = new float[Math.toIntExact(tensor.elements())];
        int at = 0;
        int bytes = Math.toIntExact(tensor.dtype().byteSize(1));
        for (ByteBuffer part : tensor.slices(bytes)) {
            for (int position = part.position(); position < part.limit(); position += bytes) {
                values[at++] = element.get(part, position);
            }
        }
        return values;
    }

    private static Element element(Path path, TensorView tensor) {
        return switch (tensor.dtype()) {
            case F32 -> WeightType.FLOAT32::get;
            case F64 -> (bytes, at) -> (float) bytes.getDouble(at);
            case F16 -> WeightType.FLOAT16::get;
            case BF16 -> WeightType.BFLOAT16::get;
            default -> throw WeightsFile.unexpected(path, tensor, "F32, F16, BF16 or F64");
        };
    }

    /** Takes the element at a position of little-endian bytes. */
    @FunctionalInterface
    private interface Element {
        float get(ByteBuffer bytes, int at);
    }
}
