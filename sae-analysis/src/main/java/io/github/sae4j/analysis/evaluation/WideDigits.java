package io.github.sae4j.analysis.evaluation;

import java.math.BigInteger;
import java.nio.ByteBuffer;

/**
 * A whole number in digits of 32 bits, the lowest first, each in a {@code long} so that its carries may wait until many numbers
 * have been added; the highest digit has the sign and all 64 bits.
 */
final class WideDigits {

    private static final long DIGIT = 0xffff_ffffL;

    /** More bits than a double has, and two more that say where the rest lies between two doubles. */
    private static final int KEPT_BITS = 64;

    private WideDigits() {}

    /** Brings each digit but the highest to 32 bits without a sign, which only one sequence of digits has for a number. */
    static void carry(long[] digits) {
        for (int at = 0; at < digits.length - 1; at++) {
            digits[at + 1] += digits[at] >> Integer.SIZE;
            digits[at] &= DIGIT;
        }
    }

    /** Adds {@code number · 2^position}: less than {@code 2^32} to each of three digits. */
    static void add(long[] digits, long number, int position) {
        int at = position / Integer.SIZE;
        int shift = position % Integer.SIZE;
        long above = number >> (Integer.SIZE - shift);
        digits[at] += (number << shift) & DIGIT;
        digits[at + 1] += above & DIGIT;
        digits[at + 2] += above >> Integer.SIZE;
    }

    /** Returns the number, and leaves the digits as they are. */
    static BigInteger integer(long[] digits) {
        long[] carried = digits.clone();
        carry(carried);
        ByteBuffer bytes = ByteBuffer.allocate(bytes(carried.length));
        bytes.putLong(carried[carried.length - 1]);
        for (int at = carried.length - 2; at >= 0; at--) {
            bytes.putInt((int) carried[at]);
        }
        return new BigInteger(bytes.array());
    }

    /** Returns the digits of a number that so many digits have room for. */
    static long[] of(BigInteger number, int count) {
        long[] digits = new long[count];
        for (int at = 0; at < count - 1; at++) {
            digits[at] = number.shiftRight(at * Integer.SIZE).longValue() & DIGIT;
        }
        digits[count - 1] = number.shiftRight((count - 1) * Integer.SIZE).longValue();
        return digits;
    }

    /** Returns how many bytes a number of so many digits has at most. */
    static int bytes(int digits) {
        return digits * Integer.BYTES + Integer.BYTES;
    }

    /**
     * Returns the double that is nearest to {@code number · 2^exponent}, the even one of two.
     *
     * @param exponent at least that of the smallest double, so that what is rounded here is not rounded again
     */
    static double nearest(BigInteger number, int exponent) {
        int dropped = Math.max(0, number.bitLength() - KEPT_BITS);
        BigInteger kept = number.shiftRight(dropped);
        if (dropped > 0 && number.getLowestSetBit() < dropped) {
            kept = kept.setBit(0);
        }
        return Math.scalb(kept.doubleValue(), exponent + dropped);
    }
}
