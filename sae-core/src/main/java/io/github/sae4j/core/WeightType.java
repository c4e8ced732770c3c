package io.github.sae4j.core;

import ai.djl.util.Float16Utils;
import java.nio.ByteBuffer;

/**
 * The number format in which an SAE's two large matrices are stored and kept in memory, and in which activations may come.
 *
 * <pre>{@code
 * try (SparseAutoencoder sae = SAE.from("layer_19").dtype(WeightType.BFLOAT16).open()) {
 *     // [tokens][d_in] as a model computed them, little-endian
 *     SparseFeatures features = sae.encode(bytes, WeightType.BFLOAT16, tokens);
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public enum WeightType {
    /** IEEE 754 binary32. */
    FLOAT32("float32", 4),
    /** IEEE 754 binary16. */
    FLOAT16("float16", 2),
    /** The upper half of a binary32: 8 bits of exponent, 7 of fraction. */
    BFLOAT16("bfloat16", 2);

    private static final int HALF_FRACTION_BITS = 10;
    private static final int SMALLEST_HALF_EXPONENT = -14;

    private final String label;
    private final int bytes;

    WeightType(String label, int bytes) {
        this.label = label;
        this.bytes = bytes;
    }

    /** Returns the name as PyTorch and {@code cfg.json} spell it, for example {@code bfloat16}. */
    public String label() {
        return label;
    }

    /** Returns the size of one number in bytes. */
    public int bytes() {
        return bytes;
    }

    /**
     * Returns the number at a byte position, exactly.
     *
     * @param bytes holds it in its own byte order
     * @param at where it begins
     */
    public float get(ByteBuffer bytes, int at) {
        return switch (this) {
            case FLOAT32 -> bytes.getFloat(at);
            case FLOAT16 -> Float16Utils.halfToFloat(bytes.getShort(at));
            case BFLOAT16 -> Float.intBitsToFloat(bytes.getShort(at) << Short.SIZE);
        };
    }

    /**
     * Puts a number at a byte position, rounded to the nearest that the format has, ties to even; what is larger than the
     * format's largest number becomes infinite.
     *
     * @param bytes takes it in its own byte order
     * @param at where it begins
     * @param value the number
     */
    public void put(ByteBuffer bytes, int at, float value) {
        switch (this) {
            case FLOAT32 -> bytes.putFloat(at, value);
            case FLOAT16 -> bytes.putShort(at, toHalf(value));
            case BFLOAT16 -> bytes.putShort(at, toBfloat16(value));
        }
    }

    /** Rounds in steps of the format's spacing at this magnitude, which float64 arithmetic does exactly. */
    private static short toHalf(float value) {
        int sign = (Float.floatToRawIntBits(value) >>> Short.SIZE) & 0x8000;
        if (Float.isNaN(value)) {
            return (short) (sign | 0x7e00);
        }
        float magnitude = Math.abs(value);
        if (Float.isInfinite(magnitude)) {
            return (short) (sign | 0x7c00);
        }
        int exponent = Math.max(Math.getExponent(magnitude), SMALLEST_HALF_EXPONENT);
        long steps = (long) Math.rint(Math.scalb((double) magnitude, HALF_FRACTION_BITS - exponent));
        // A carry out of the fraction raises the exponent by itself, up to infinity.
        long bits = steps + ((long) (exponent - SMALLEST_HALF_EXPONENT) << HALF_FRACTION_BITS);
        return (short) (sign | (int) Math.min(bits, 0x7c00));
    }

    private static short toBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> Short.SIZE) | 0x40);
        }
        int half = 0x7fff + ((bits >>> Short.SIZE) & 1);
        return (short) ((bits + half) >>> Short.SIZE);
    }

    @Override
    public String toString() {
        return label;
    }
}
