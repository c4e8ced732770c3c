package io.github.sae4j.tensors;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * What the elements of a tensor are, whatever the format of the file: constants are named as safetensors names them.
 *
 * <p>Conversion to float32 is exact from the narrower formats and rounds to the nearest, ties to even, from the wider ones.
 *
 * <pre>{@code
 * float first = ElementType.BF16.getFloat(bytes, 0);
 * ElementType.F16.getFloats(bytes, 0, row, 0, row.length);
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public enum ElementType {
    /** Boolean, one byte each: 0 or 1. */
    BOOL(1),
    /** Unsigned 8-bit integer. */
    U8(1),
    /** Signed 8-bit integer. */
    I8(1),
    /** 8-bit floating point with 5 exponent and 2 mantissa bits. */
    F8_E5M2(1),
    /** 8-bit floating point with 4 exponent and 3 mantissa bits. */
    F8_E4M3(1),
    /** 8-bit scale (MX): 8 exponent bits and nothing else. */
    F8_E8M0(1),
    /** 8-bit floating point with 4 exponent and 3 mantissa bits, no infinities and no negative zero. */
    F8_E4M3FNUZ(1),
    /** 8-bit floating point with 5 exponent and 2 mantissa bits, no infinities and no negative zero. */
    F8_E5M2FNUZ(1),
    /** Signed 16-bit integer. */
    I16(2),
    /** Unsigned 16-bit integer. */
    U16(2),
    /** IEEE 754 binary16. */
    F16(2),
    /** bfloat16: the upper half of a binary32. */
    BF16(2),
    /** Signed 32-bit integer. */
    I32(4),
    /** Unsigned 32-bit integer. */
    U32(4),
    /** IEEE 754 binary32. */
    F32(4),
    /** Complex number of two binary32 parts. */
    C64(8),
    /** IEEE 754 binary64. */
    F64(8),
    /** Signed 64-bit integer. */
    I64(8),
    /** Unsigned 64-bit integer. */
    U64(8);

    private static final int HALF_LOST_BITS = 13;
    private static final int HALF_EXPONENT_DIFFERENCE = 127 - 15;
    private static final float HALF_SUBNORMAL = 0x1p-24f;

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /**
     * Returns the type that safetensors spells so.
     *
     * @param label for example {@code "BF16"}; upper and lower case differ
     * @return empty if there is none, or its elements are smaller than a byte
     */
    public static Optional<ElementType> ofLabel(String label) {
        Objects.requireNonNull(label, "label");
        return Arrays.stream(values()).filter(type -> type.name().equals(label)).findFirst();
    }

    /** Returns the size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Returns whether this is one of the formats that weights and activations have: F16, BF16, F32 or F64. */
    public boolean isFloatingPoint() {
        return switch (this) {
            case F16, BF16, F32, F64 -> true;
            default -> false;
        };
    }

    /** Returns whether elements have a float32 value here: all but complex numbers and the 8-bit floating-point formats. */
    public boolean hasFloat() {
        return switch (this) {
            case F8_E5M2, F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, C64 -> false;
            default -> true;
        };
    }

    /**
     * Returns the element at a byte position as float32.
     *
     * @param source holds it in its own byte order
     * @param at where it begins
     * @throws UnsupportedOperationException if it {@linkplain #hasFloat has none}
     */
    public float getFloat(ByteBuffer source, int at) {
        return switch (this) {
            case BOOL, U8 -> source.get(at) & 0xff;
            case I8 -> source.get(at);
            case I16 -> source.getShort(at);
            case U16 -> source.getShort(at) & 0xffff;
            case F16 -> ofHalf(source.getShort(at));
            case BF16 -> Float.intBitsToFloat(source.getShort(at) << Short.SIZE);
            case I32 -> source.getInt(at);
            case U32 -> source.getInt(at) & 0xffff_ffffL;
            case F32 -> source.getFloat(at);
            case F64 -> (float) source.getDouble(at);
            case I64 -> source.getLong(at);
            case U64 -> unsigned(source.getLong(at));
            default -> throw new UnsupportedOperationException(this + " has no float32 value");
        };
    }

    /**
     * Converts consecutive elements to float32.
     *
     * @param source holds them in its own byte order
     * @param at where the first begins, in bytes
     * @param target receives them
     * @param from where the first goes
     * @param count how many
     * @throws UnsupportedOperationException if they {@linkplain #hasFloat have none}
     */
    public void getFloats(ByteBuffer source, int at, float[] target, int from, int count) {
        int end = from + count;
        switch (this) {
            case F32 ->
                source.slice(at, count * Float.BYTES)
                        .order(source.order())
                        .asFloatBuffer()
                        .get(target, from, count);
            case F16 -> {
                for (int i = from, position = at; i < end; i++, position += Short.BYTES) {
                    target[i] = ofHalf(source.getShort(position));
                }
            }
            case BF16 -> {
                for (int i = from, position = at; i < end; i++, position += Short.BYTES) {
                    target[i] = Float.intBitsToFloat(source.getShort(position) << Short.SIZE);
                }
            }
            default -> {
                for (int i = from, position = at; i < end; i++, position += bytes) {
                    target[i] = getFloat(source, position);
                }
            }
        }
    }

    /** {@code Float.float16ToFloat} needs a newer JDK than this library. */
    private static float ofHalf(short half) {
        int sign = (half & 0x8000) << Short.SIZE;
        int exponent = half >> 10 & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0) {
            return Float.intBitsToFloat(sign | Float.floatToRawIntBits(fraction * HALF_SUBNORMAL));
        }
        int wide = exponent == 0x1f ? 0xff : exponent + HALF_EXPONENT_DIFFERENCE;
        return Float.intBitsToFloat(sign | wide << 23 | fraction << HALF_LOST_BITS);
    }

    /** The halved number keeps the lowest bit, so that it is rounded once and to the same side. */
    private static float unsigned(long value) {
        return value >= 0 ? value : (float) ((value >>> 1) | (value & 1)) * 2;
    }
}
