package io.github.sae4j.analysis.evaluation;

import java.math.BigInteger;

/**
 * A sum without rounding, the same in whatever order and groups its numbers are added: the small superaccumulator of Neal 2015,
 * "Fast exact summation using small and large superaccumulators" (arXiv 1505.05571).
 *
 * <p>An infinity or NaN makes NaN of it for good.
 */
final class ExactSum {

    /** The exponent of the lowest bit: that of the smallest double. */
    static final int LOWEST = Double.MIN_EXPONENT - 52;

    /** Up to the largest double, and for carries beyond it. */
    private static final int DIGITS = 67;

    private static final int FRACTION_BITS = 52;
    private static final long FRACTION = (1L << FRACTION_BITS) - 1;

    /** As many numbers as leave the digits room for those of another sum. */
    private static final int UNCARRIED = 1 << 29;

    private static final int NOT_FINITE = 1;

    private long[] digits = new long[DIGITS];
    private int uncarried;
    private boolean finite = true;

    void add(double number) {
        long bits = Double.doubleToRawLongBits(number);
        int exponent = Math.getExponent(number);
        if (exponent > Double.MAX_EXPONENT) {
            finite = false;
            return;
        }
        boolean subnormal = exponent < Double.MIN_EXPONENT;
        long significand = (bits & FRACTION) | (subnormal ? 0 : 1L << FRACTION_BITS);
        add(bits < 0 ? -significand : significand, Math.max(exponent, Double.MIN_EXPONENT) - FRACTION_BITS);
    }

    /** Adds {@code number · 2^exponent}. */
    void add(long number, int exponent) {
        WideDigits.add(digits, number, exponent - LOWEST);
        if (++uncarried == UNCARRIED) {
            carry();
        }
    }

    /** Adds what another sum has added, and leaves it as it is. */
    void add(ExactSum other) {
        carry();
        for (int at = 0; at < DIGITS; at++) {
            digits[at] += other.digits[at];
        }
        finite &= other.finite;
        carry();
    }

    private void carry() {
        WideDigits.carry(digits);
        uncarried = 0;
    }

    boolean isFinite() {
        return finite;
    }

    /** Returns the finite part of the sum in units of {@code 2^}{@link #LOWEST}. */
    BigInteger integer() {
        return WideDigits.integer(digits);
    }

    /** Returns the double that is nearest to the sum. */
    double value() {
        return finite ? WideDigits.nearest(integer(), LOWEST) : Double.NaN;
    }

    void write(StateWriter out) {
        out.putByte(finite ? 0 : NOT_FINITE);
        out.putInteger(integer());
    }

    static ExactSum read(StateReader in) {
        ExactSum sum = new ExactSum();
        int kind = in.getByte();
        if (kind > NOT_FINITE) {
            throw in.impossible("a sum is of an unknown kind, " + kind);
        }
        sum.finite = kind != NOT_FINITE;
        sum.digits = WideDigits.of(in.getInteger(WideDigits.bytes(DIGITS)), DIGITS);
        return sum;
    }
}
