package io.github.sae4j.safetensors;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import io.github.sae4j.safetensors.internal.Header;
import io.github.sae4j.safetensors.internal.Quoted;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;

/**
 * The description of a tensor that is to be written.
 *
 * <pre>{@code
 * TensorSpec spec = new TensorSpec("W_enc", Dtype.BF16, dIn, dSae);
 * ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(spec.byteSize()));
 * try (SafetensorsWriter writer = SafetensorsWriter.create(Path.of("zeros.safetensors"), List.of(spec), Map.of())) {
 *     writer.write(spec.name(), bytes);
 *     writer.commit();
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @param name the tensor's name: any text but {@code __metadata__}
 * @param dtype the type of the elements
 * @param shape the sizes of the dimensions, none negative; empty for a scalar
 * @since 0.1
 */
public record TensorSpec(String name, Dtype dtype, List<Long> shape) {

    /**
     * Checks the description.
     *
     * @throws SafetensorsException if the name is not allowed or a dimension is negative ({@link Reason#INVALID_SPEC}),
     *     or the bytes are too many ({@link Reason#SIZE_OVERFLOW}) or not whole ({@link Reason#PARTIAL_BYTE})
     */
    public TensorSpec {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(dtype, "dtype");
        shape = List.copyOf(Objects.requireNonNull(shape, "shape"));
        if (name.equals(Header.METADATA_KEY) || !Quoted.isUnicode(name)) {
            throw new SafetensorsException(
                    Reason.INVALID_SPEC, "A tensor cannot be named " + Quoted.of(name) + " in a safetensors file.");
        }
        for (long dimension : shape) {
            if (dimension < 0) {
                throw new SafetensorsException(
                        Reason.INVALID_SPEC, "Tensor " + Quoted.of(name) + " cannot have the shape " + shape + ".");
            }
        }
        dtype.byteSize(elements(name, shape));
    }

    /**
     * Describes a tensor.
     *
     * @param name the tensor's name: any text but {@code __metadata__}
     * @param dtype the type of the elements
     * @param shape the sizes of the dimensions, none negative; none for a scalar
     */
    public TensorSpec(String name, Dtype dtype, long... shape) {
        this(
                name,
                dtype,
                LongStream.of(Objects.requireNonNull(shape, "shape")).boxed().toList());
    }

    private static long elements(String name, List<Long> shape) {
        long elements = 1;
        try {
            for (long dimension : shape) {
                elements = Math.multiplyExact(elements, dimension);
            }
        } catch (ArithmeticException e) {
            throw new SafetensorsException(
                    Reason.SIZE_OVERFLOW,
                    "Tensor " + Quoted.of(name) + " with the shape " + shape + " has too many elements to count.",
                    e);
        }
        return elements;
    }

    /** Returns the number of elements: the product of the shape, 1 for a scalar. */
    public long elements() {
        return elements(name, shape);
    }

    /** Returns the number of bytes that the tensor takes in a file. */
    public long byteSize() {
        return dtype.byteSize(elements());
    }
}
