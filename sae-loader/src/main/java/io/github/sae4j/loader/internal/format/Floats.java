package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.WeightType;
import io.github.sae4j.loader.internal.container.StoredTensor;
import io.github.sae4j.safetensors.Dtype;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The conversion of a stored tensor to float32: exact from narrower formats, rounded to nearest from float64. */
final class Floats {

    private Floats() {}

    /**
     * Returns the elements of a tensor that fits an array, row by row.
     *
     * @throws io.github.sae4j.loader.SaeLoadException if they are not floating point
     */
    static float[] of(StoredTensor tensor) {
        Element element = element(tensor);
        float[] values = new float[Math.toIntExact(tensor.elements())];
        int at = 0;
        int bytes = Math.toIntExact(tensor.dtype().byteSize(1));
        for (ByteBuffer part : tensor.slices(bytes)) {
            for (int position = 0; position < part.limit(); position += bytes) {
                values[at++] = element.get(part, position);
            }
        }
        return values;
    }

    /**
     * Returns the elements of a matrix of any size as float32, in direct buffers of whole rows.
     *
     * @param columns how many elements a row has
     * @throws io.github.sae4j.loader.SaeLoadException if they are not floating point
     */
    static List<ByteBuffer> matrix(StoredTensor tensor, long columns) {
        Element element = element(tensor);
        int bytes = Math.toIntExact(tensor.dtype().byteSize(1));
        List<ByteBuffer> parts = new ArrayList<>();
        for (ByteBuffer part : tensor.slices(columns * bytes)) {
            ByteBuffer floats = ByteBuffer.allocateDirect(part.limit() / bytes * Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (int position = 0; position < part.limit(); position += bytes) {
                floats.putFloat(element.get(part, position));
            }
            parts.add(floats.flip());
        }
        return parts;
    }

    /** Returns whether a tensor's numbers are floating point. */
    static boolean isFloatingPoint(Dtype dtype) {
        return switch (dtype) {
            case F32, F64, F16, BF16 -> true;
            default -> false;
        };
    }

    /**
     * Returns the only element of a tensor of whole numbers or truth values.
     *
     * @throws io.github.sae4j.loader.SaeLoadException if it is of another kind
     */
    static float whole(StoredTensor tensor) {
        int bytes = Math.toIntExact(tensor.dtype().byteSize(1));
        ByteBuffer element = tensor.slices(bytes).get(0);
        return switch (tensor.dtype()) {
            case BOOL, U8 -> element.get(0) & 0xff;
            case I8 -> element.get(0);
            case I16 -> element.getShort(0);
            case U16 -> element.getShort(0) & 0xffff;
            case I32 -> element.getInt(0);
            case I64 -> element.getLong(0);
            default -> throw StoredNumbers.unexpected(tensor, "a number");
        };
    }

    private static Element element(StoredTensor tensor) {
        return switch (tensor.dtype()) {
            case F32 -> WeightType.FLOAT32::get;
            case F64 -> (bytes, at) -> (float) bytes.getDouble(at);
            case F16 -> WeightType.FLOAT16::get;
            case BF16 -> WeightType.BFLOAT16::get;
            default -> throw StoredNumbers.unexpected(tensor, "F32, F16, BF16 or F64");
        };
    }

    /** Takes the element at a position of little-endian bytes. */
    @FunctionalInterface
    private interface Element {
        float get(ByteBuffer bytes, int at);
    }
}
