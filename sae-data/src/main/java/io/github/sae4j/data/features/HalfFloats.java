package io.github.sae4j.data.features;

/** IEEE 754 binary16. */
final class HalfFloats {

    /** The largest finite number, 65,504. */
    static final float MAX = 65_504;

    private static final int SIGNIFICANT_BITS_LOST = 13;
    private static final int EXPONENT_DIFFERENCE = 127 - 15;
    private static final float SMALLEST_NORMAL = 0x1p-14f;
    private static final float SUBNORMAL_UNITS = 0x1p24f;

    private HalfFloats() {}

    /**
     * Returns the bits of the nearest half-precision number, the even one of two that are equally near. Numbers beyond the
     * largest become the largest, infinities too; NaN stays NaN.
     */
    static short clamped(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        if (Float.isNaN(value)) {
            return (short) (sign | 0x7e00);
        }
        float magnitude = Math.min(Math.abs(value), MAX);
        if (magnitude < SMALLEST_NORMAL) {
            return (short) (sign | (int) Math.rint(magnitude * SUBNORMAL_UNITS));
        }
        int wide = Float.floatToRawIntBits(magnitude) - (EXPONENT_DIFFERENCE << 23);
        int half = wide + (1 << (SIGNIFICANT_BITS_LOST - 1)) - 1 + (wide >>> SIGNIFICANT_BITS_LOST & 1);
        return (short) (sign | (half >>> SIGNIFICANT_BITS_LOST));
    }
}
