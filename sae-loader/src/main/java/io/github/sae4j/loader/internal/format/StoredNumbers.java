package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.tensors.ElementType;
import io.github.sae4j.tensors.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The numbers of stored tensors as kernels take them, over the file's own pages where that can be, all of them finite. */
final class StoredNumbers {

    private static final int ZEROS_BYTES = 1 << 16;

    private final List<String> conversions = new ArrayList<>();
    private @Nullable WeightType type;
    private boolean allowNonFinite;

    /** Sets the number format that matrices are to have, null for the stored one. */
    void inType(@Nullable WeightType wanted) {
        type = wanted;
    }

    /** Sets whether NaN and infinity are let through; by default they are refused. */
    void allowNonFinite(boolean allow) {
        allowNonFinite = allow;
    }

    /** Returns what had to be done to matrices. */
    List<String> conversions() {
        return List.copyOf(conversions);
    }

    /**
     * Returns a matrix.
     *
     * @param name what it is, for the log
     * @throws SaeLoadException if it is not floating point, or holds NaN or infinity
     */
    WeightMatrix matrix(String name, Tensor tensor, int rows, int columns) {
        WeightMatrix matrix = upright(name, tensor, rows, columns);
        return type == null || type == matrix.type() ? matrix : matrix.as(type).takenAsFinite();
    }

    private WeightMatrix upright(String name, Tensor tensor, int rows, int columns) {
        if (tensor.isTransposed()) {
            return stored(name, tensor.transpose(), columns, rows).transposed();
        }
        if (!tensor.isRowMajor()) {
            conversions.add(name + " put in order");
        }
        return stored(name, tensor, rows, columns);
    }

    private WeightMatrix stored(String name, Tensor tensor, int rows, int columns) {
        WeightMatrix matrix = unchecked(name, tensor, rows, columns);
        if (!allowNonFinite) {
            OptionalLong place = matrix.firstNonFinite();
            if (place.isPresent()) {
                long at = place.getAsLong();
                throw nonFinite(tensor, matrix.get(at / columns, at % columns), new long[] {rows, columns}, at);
            }
        }
        return matrix;
    }

    private WeightMatrix unchecked(String name, Tensor tensor, int rows, int columns) {
        if (tensor.type() == ElementType.F64) {
            conversions.add(name + " rounded from float64 to float32");
            return WeightMatrix.of(WeightType.FLOAT32, rows, columns, rounded(tensor, columns));
        }
        WeightType own = weightType(tensor);
        List<ByteBuffer> parts = tensor.slices((long) columns * own.bytes());
        if (parts.stream().anyMatch(part -> part.alignmentOffset(0, own.bytes()) != 0)) {
            conversions.add(name + " copied, because the file does not hold it at a multiple of its numbers' size");
            parts = parts.stream().map(StoredNumbers::copy).toList();
        }
        return WeightMatrix.of(own, rows, columns, parts);
    }

    /** Returns a matrix of float64 as float32, in buffers of whole rows. */
    private static List<ByteBuffer> rounded(Tensor tensor, int columns) {
        List<ByteBuffer> parts = new ArrayList<>();
        for (ByteBuffer part : tensor.slices((long) columns * Double.BYTES)) {
            ByteBuffer floats = ByteBuffer.allocateDirect(part.limit() / Double.BYTES * Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at < part.limit(); at += Double.BYTES) {
                floats.putFloat(tensor.type().getFloat(part, at));
            }
            parts.add(floats.flip());
        }
        return parts;
    }

    private static ByteBuffer copy(ByteBuffer part) {
        return ByteBuffer.allocateDirect(part.remaining())
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(part.duplicate())
                .flip();
    }

    /** Returns the number format that a matrix of a tensor has. */
    static WeightType typeOf(Tensor tensor) {
        return tensor.type() == ElementType.F64 ? WeightType.FLOAT32 : weightType(tensor);
    }

    /** Stands for a matrix whose numbers nobody will look at. */
    static WeightMatrix zeros(Tensor tensor, int rows, int columns) {
        WeightType own = typeOf(tensor);
        int rowBytes = Math.multiplyExact(columns, own.bytes());
        int together = Math.max(1, Math.min(rows, ZEROS_BYTES / rowBytes));
        ByteBuffer zeros = ByteBuffer.allocateDirect(together * rowBytes).order(ByteOrder.LITTLE_ENDIAN);
        List<ByteBuffer> parts = new ArrayList<>(Collections.nCopies(rows / together, zeros));
        if (rows % together > 0) {
            parts.add(zeros.duplicate().limit(rows % together * rowBytes));
        }
        return WeightMatrix.of(own, rows, columns, parts);
    }

    /**
     * Returns the numbers of a vector, widened or rounded to float32.
     *
     * @throws SaeLoadException if it holds NaN or infinity
     * @throws io.github.sae4j.tensors.TensorFileException if it is not floating point
     */
    float[] vector(Tensor tensor) {
        float[] values = tensor.toFloats();
        for (int i = 0; i < values.length && !allowNonFinite; i++) {
            if (!Float.isFinite(values[i])) {
                throw nonFinite(tensor, values[i], tensor.shape(), i);
            }
        }
        return values;
    }

    /**
     * Returns the only number of a tensor.
     *
     * @throws SaeLoadException if it is of no kind that has a value, or is NaN or infinite
     */
    float number(Tensor tensor) {
        if (tensor.type().isFloatingPoint()) {
            return vector(tensor)[0];
        }
        if (!tensor.type().hasFloat()) {
            throw unexpected(tensor, "a number");
        }
        return tensor.type().getFloat(tensor.slices(tensor.type().bytes()).get(0), 0);
    }

    private static SaeLoadException nonFinite(Tensor tensor, float value, long[] shape, long element) {
        long[] place = new long[shape.length];
        long rest = element;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            place[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        return new SaeLoadException(
                Reason.NON_FINITE,
                tensor.label() + " holds " + value + " at " + Arrays.toString(place) + ", but weights"
                        + " are finite. allowNonFinite(true) opens the SAE all the same.");
    }

    private static WeightType weightType(Tensor tensor) {
        return switch (tensor.type()) {
            case F32 -> WeightType.FLOAT32;
            case F16 -> WeightType.FLOAT16;
            case BF16 -> WeightType.BFLOAT16;
            default -> throw unexpected(tensor, "F32, F16, BF16 or F64");
        };
    }

    /** Returns the sentence for a tensor whose number format cannot be used. */
    private static SaeLoadException unexpected(Tensor tensor, String expected) {
        return new SaeLoadException(
                Reason.INVALID_TENSORS,
                tensor.label() + " is stored as " + tensor.type().name() + ", but should be " + expected + ".");
    }
}
