package io.github.sae4j.safetensors;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * An element type of the format.
 *
 * <p>The constants stand in the order of the reference implementation, which is also the order (from last to first) in
 * which a writer lays tensors out.
 *
 * <pre>{@code
 * try (SafetensorsFile file = SafetensorsFile.open(Path.of("sae_weights.safetensors"))) {
 *     TensorView bias = file.tensor("b_enc");
 *     float first = switch (bias.dtype()) {
 *         case F32 -> bias.slice().getFloat(0);
 *         case BF16 -> Float.intBitsToFloat(bias.slice().getShort(0) << 16);
 *         default -> throw new IOException("b_enc is of the type " + bias.dtype().label() + ".");
 *     };
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public enum Dtype {
    /** Boolean, one byte each: 0 or 1. */
    BOOL(8),
    /** 4-bit floating point (MX), two elements a byte. */
    F4(4),
    /** 6-bit floating point (MX) with 2 exponent and 3 mantissa bits. */
    F6_E2M3(6),
    /** 6-bit floating point (MX) with 3 exponent and 2 mantissa bits. */
    F6_E3M2(6),
    /** Unsigned 8-bit integer. */
    U8(8),
    /** Signed 8-bit integer. */
    I8(8),
    /** 8-bit floating point with 5 exponent and 2 mantissa bits. */
    F8_E5M2(8),
    /** 8-bit floating point with 4 exponent and 3 mantissa bits. */
    F8_E4M3(8),
    /** 8-bit scale (MX): 8 exponent bits and nothing else. */
    F8_E8M0(8),
    /** 8-bit floating point with 4 exponent and 3 mantissa bits, no infinities and no negative zero. */
    F8_E4M3FNUZ(8),
    /** 8-bit floating point with 5 exponent and 2 mantissa bits, no infinities and no negative zero. */
    F8_E5M2FNUZ(8),
    /** Signed 16-bit integer. */
    I16(16),
    /** Unsigned 16-bit integer. */
    U16(16),
    /** IEEE 754 half precision. */
    F16(16),
    /** bfloat16: the upper half of a single-precision number. */
    BF16(16),
    /** Signed 32-bit integer. */
    I32(32),
    /** Unsigned 32-bit integer. */
    U32(32),
    /** IEEE 754 single precision. */
    F32(32),
    /** Complex number of two single-precision parts. */
    C64(64),
    /** IEEE 754 double precision. */
    F64(64),
    /** Signed 64-bit integer. */
    I64(64),
    /** Unsigned 64-bit integer. */
    U64(64);

    private static final Map<String, Dtype> BY_LABEL = byLabel();

    private final int bits;

    Dtype(int bits) {
        this.bits = bits;
    }

    private static Map<String, Dtype> byLabel() {
        Map<String, Dtype> dtypes = new HashMap<>();
        for (Dtype dtype : values()) {
            dtypes.put(dtype.label(), dtype);
        }
        return Map.copyOf(dtypes);
    }

    /**
     * Returns the element type with a label of the format.
     *
     * @param label for example {@code "BF16"}; upper and lower case differ
     * @return empty if the format has no such label
     */
    public static Optional<Dtype> ofLabel(String label) {
        return Optional.ofNullable(BY_LABEL.get(Objects.requireNonNull(label, "label")));
    }

    /** Returns the label that stands in a file's header, for example {@code "BF16"}. */
    public String label() {
        return name();
    }

    /** Returns the size of one element in bits: 4, 6, 8, 16, 32 or 64. */
    public int bits() {
        return bits;
    }

    /**
     * Returns the number of bytes that elements of this type take.
     *
     * @param elements how many, not negative
     * @throws SafetensorsException with {@link Reason#SIZE_OVERFLOW} if the number of bits exceeds a {@code long}, or
     *     with {@link Reason#PARTIAL_BYTE} if they do not fill whole bytes
     */
    public long byteSize(long elements) {
        if (elements < 0) {
            throw new SafetensorsException(
                    Reason.OUT_OF_RANGE,
                    "The number of " + label() + " elements cannot be negative: " + elements + ".");
        }
        if (elements > Long.MAX_VALUE / bits) {
            throw new SafetensorsException(
                    Reason.SIZE_OVERFLOW, elements + " elements of " + label() + " are too many to count their bytes.");
        }
        long allBits = elements * bits;
        if (allBits % Byte.SIZE != 0) {
            throw new SafetensorsException(
                    Reason.PARTIAL_BYTE,
                    elements + " elements of " + label() + " take " + allBits + " bits, which is not whole bytes.");
        }
        return allBits / Byte.SIZE;
    }
}
