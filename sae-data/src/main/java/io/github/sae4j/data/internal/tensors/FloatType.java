package io.github.sae4j.data.internal.tensors;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A number format that activations are stored in, and how it becomes float32. */
public enum FloatType {
    /** IEEE 754 binary16; every value has an exact float32. */
    F16(2) {
        @Override
        public void widen(ByteBuffer bytes, float[] row) {
            for (int column = 0; column < row.length; column++) {
                row[column] = ofHalf(bytes.getShort());
            }
        }
    },
    /** The upper half of a binary32; every value has an exact float32. */
    BF16(2) {
        @Override
        public void widen(ByteBuffer bytes, float[] row) {
            for (int column = 0; column < row.length; column++) {
                row[column] = Float.intBitsToFloat(bytes.getShort() << 16);
            }
        }
    },
    /** IEEE 754 binary32. */
    F32(4) {
        @Override
        public void widen(ByteBuffer bytes, float[] row) {
            bytes.asFloatBuffer().get(row);
            bytes.position(bytes.position() + row.length * Float.BYTES);
        }
    },
    /** IEEE 754 binary64, rounded to the nearest float32. */
    F64(8) {
        @Override
        public void widen(ByteBuffer bytes, float[] row) {
            for (int column = 0; column < row.length; column++) {
                row[column] = (float) bytes.getDouble();
            }
        }
    };

    private static final float HALF_SUBNORMAL = 0x1p-24f;
    private static final int HALF_TO_SINGLE_EXPONENT = 127 - 15;

    private final int bytes;

    FloatType(int bytes) {
        this.bytes = bytes;
    }

    /** Returns the format that safetensors spells so, or null if activations are not stored in it. */
    public static @Nullable FloatType spelled(String dtype) {
        return Arrays.stream(values())
                .filter(type -> type.name().equals(dtype))
                .findFirst()
                .orElse(null);
    }

    /** Returns the size of one number in bytes. */
    public int bytes() {
        return bytes;
    }

    /**
     * Fills a row with the next numbers of a buffer, in the buffer's byte order.
     *
     * @param bytes holds at least {@code row.length} numbers; its position moves past them
     * @param row receives them
     */
    public abstract void widen(ByteBuffer bytes, float[] row);

    private static float ofHalf(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = half >> 10 & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0) {
            return Float.intBitsToFloat(sign | Float.floatToRawIntBits(fraction * HALF_SUBNORMAL));
        }
        int wide = exponent == 0x1f ? 0xff : exponent + HALF_TO_SINGLE_EXPONENT;
        return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
    }
}
