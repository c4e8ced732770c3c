package io.github.sae4j.loader.internal;

import io.github.sae4j.safetensors.TensorView;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The conversion of a stored tensor to float32: exact from narrower formats, rounded to nearest from float64. */
final class Floats {

    private static final int HALF_EXPONENT_BIAS = 15;
    private static final int FLOAT_EXPONENT_BIAS = 127;

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
        for (ByteBuffer part : tensor.slices(tensor.dtype().byteSize(1))) {
            while (part.hasRemaining()) {
                values[at++] = element.next(part);
            }
        }
        return values;
    }

    private static Element element(Path path, TensorView tensor) {
        return switch (tensor.dtype()) {
            case F32 -> ByteBuffer::getFloat;
            case F64 -> bytes -> (float) bytes.getDouble();
            case F16 -> bytes -> fromHalf(bytes.getShort());
            case BF16 -> bytes -> Float.intBitsToFloat(bytes.getShort() << Short.SIZE);
            default -> throw WeightsFile.unexpected(path, tensor, "F32, F16, BF16 or F64");
        };
    }

    /** Widens an IEEE 754 binary16; {@code Float.float16ToFloat} needs a newer JDK than this library. */
    private static float fromHalf(short half) {
        int exponent = (half >>> 10) & 0x1f;
        int fraction = half & 0x3ff;
        float magnitude;
        if (exponent == 0) {
            magnitude = fraction * 0x1p-24f;
        } else if (exponent == 0x1f) {
            magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
        } else {
            magnitude = Float.intBitsToFloat(
                    ((exponent - HALF_EXPONENT_BIAS + FLOAT_EXPONENT_BIAS) << 23) | (fraction << 13));
        }
        return half < 0 ? -magnitude : magnitude;
    }

    /** Takes the next element from little-endian bytes. */
    @FunctionalInterface
    private interface Element {
        float next(ByteBuffer bytes);
    }
}
