package io.github.sae4j.data.internal.norms;

/**
 * The median of many norms, within a ten-thousandth of itself.
 *
 * <p>Norms are counted by the upper bits of their float32, which order them, so memory does not grow with their number.
 *
 * <p>Not for use by several threads at once.
 */
public final class MedianNorm {

    private static final int DROPPED_BITS = 11;

    private final long[] counts = new long[1 << (Integer.SIZE - 1 - DROPPED_BITS)];
    private long norms;

    /** Counts the norm of an activation, unless that is NaN. */
    public void add(float[] activation) {
        double norm = of(activation);
        if (!Double.isNaN(norm)) {
            counts[bin(norm)]++;
            norms++;
        }
    }

    private static int bin(double norm) {
        return Float.floatToIntBits((float) norm) >>> DROPPED_BITS;
    }

    /** Returns whether a norm is larger than another, as far as they are told apart here; false for NaN. */
    public static boolean isAbove(double norm, double longest) {
        return norm > longest && bin(norm) > bin(longest);
    }

    /** Returns how many of those that were counted are larger. */
    public long above(double longest) {
        long above = 0;
        for (int bin = bin(longest) + 1; bin < counts.length; bin++) {
            above += counts[bin];
        }
        return above;
    }

    /** Returns the Euclidean norm of an activation, summed in float64. */
    public static double of(float[] activation) {
        double squares = 0;
        for (float x : activation) {
            squares += (double) x * x;
        }
        return Math.sqrt(squares);
    }

    /** Returns the median, the lower one of two; 0 if nothing was counted. */
    public double value() {
        long below = 0;
        for (int bin = 0; norms > 0; bin++) {
            below += counts[bin];
            if (below >= (norms + 1) / 2) {
                return Float.intBitsToFloat(bin << DROPPED_BITS | 1 << (DROPPED_BITS - 1));
            }
        }
        return 0;
    }
}
