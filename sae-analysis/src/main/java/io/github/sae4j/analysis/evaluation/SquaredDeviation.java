package io.github.sae4j.analysis.evaluation;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * The sum of {@code |x - m|²} over tokens with their mean {@code m}, without rounding until it is read: as
 * {@code sum |x|² - |sum x|² / n}, of which each sum is exact, so that a large mean costs no digits.
 *
 * <p>The sums of the columns are small superaccumulators, and the squares go to one number for each exponent before they are
 * added up, as in the large superaccumulator of Neal 2015 (arXiv 1505.05571).
 */
final class SquaredDeviation {

    /** A float is {@code significand · 2^(exponent field - 150)}, with twice the fraction as the significand of a subnormal one. */
    private static final int LOWEST = Float.MIN_EXPONENT - 24;

    private static final int EXPONENTS = 256;
    private static final int FRACTION_BITS = 23;
    private static final int FRACTION = (1 << FRACTION_BITS) - 1;

    /** Up to the largest float, and one for carries: of {@code 2^41} tokens at least. */
    private static final int DIGITS = 9;

    private static final int DIGIT_SHIFT = 5;

    /** As many numbers of 55 bits as a digit has room for beside its 32 bits. */
    private static final int UNCARRIED_TOKENS = 255;

    /** As many squares of 48 bits as a {@code long} has room for. */
    private static final int SQUARES = 1 << 15;

    private static final int BLOCK = SQUARES / 2;

    private final int dIn;

    /** {@code [digit][column]}, of which the tokens of most models touch few digits. */
    private final long[] columns;

    private int uncarriedTokens;

    /** The squares of the even and of the odd columns, so that one addition need not wait for the one before. */
    private final long[] squares = new long[2 * EXPONENTS];

    private int uncarriedSquares;

    /** Of the squares that are no longer in {@link #squares}. */
    private final ExactSum squaredNorm;

    SquaredDeviation(int dIn) {
        this(dIn, new ExactSum());
    }

    private SquaredDeviation(int dIn, ExactSum squaredNorm) {
        this.dIn = dIn;
        this.columns = new long[Math.multiplyExact(DIGITS, dIn)];
        this.squaredNorm = squaredNorm;
    }

    /** Takes in a token without infinities and NaN. */
    void add(float[] activation) {
        if (uncarriedTokens == UNCARRIED_TOKENS) {
            carryColumns();
        }
        uncarriedTokens++;
        for (int from = 0; from < dIn; from += BLOCK) {
            int to = Math.min(dIn, from + BLOCK);
            if (uncarriedSquares + to - from > SQUARES) {
                carrySquares();
            }
            uncarriedSquares += to - from;
            add(activation, from, to);
        }
    }

    private void add(float[] activation, int from, int to) {
        for (int column = from; column < to; column++) {
            int bits = Float.floatToRawIntBits(activation[column]);
            int exponent = (bits >>> FRACTION_BITS) & (EXPONENTS - 1);
            int fraction = bits & FRACTION;
            long significand = exponent == 0 ? 2 * fraction : fraction | (1 << FRACTION_BITS);
            int sign = bits >> (Integer.SIZE - 1);
            long signed = (significand ^ sign) - sign;
            columns[(exponent >>> DIGIT_SHIFT) * dIn + column] += signed << (exponent & (Integer.SIZE - 1));
            squares[(column & 1) * EXPONENTS + exponent] += significand * significand;
        }
    }

    /** Takes in a token with an infinity or NaN, after which there is no mean. */
    void addNonFinite() {
        squaredNorm.add(Double.NaN);
    }

    /** Takes in the tokens of another, of the same width, and leaves it as it is. */
    void add(SquaredDeviation other) {
        carryColumns();
        for (int at = 0; at < columns.length; at++) {
            columns[at] += other.columns[at];
        }
        carryColumns();
        carrySquares();
        squaredNorm.add(other.squaredNormSum());
    }

    private void carryColumns() {
        for (int at = 0; at < columns.length - dIn; at++) {
            columns[at + dIn] += columns[at] >> Integer.SIZE;
            columns[at] &= 0xffff_ffffL;
        }
        uncarriedTokens = 0;
    }

    private void carrySquares() {
        addSquaresTo(squaredNorm);
        Arrays.fill(squares, 0);
        uncarriedSquares = 0;
    }

    private void addSquaresTo(ExactSum sum) {
        for (int at = 0; at < squares.length; at++) {
            if (squares[at] != 0) {
                sum.add(squares[at], 2 * (at % EXPONENTS + LOWEST));
            }
        }
    }

    private ExactSum squaredNormSum() {
        ExactSum sum = new ExactSum();
        sum.add(squaredNorm);
        addSquaresTo(sum);
        return sum;
    }

    /** Returns the sum of {@code |x|²}, NaN if an activation is not finite. */
    double squaredNorm() {
        return squaredNormSum().value();
    }

    /**
     * Returns the sum of {@code |x - m|²}, NaN if an activation is not finite.
     *
     * @param tokens how many were taken in, at least 1
     */
    double value(long tokens) {
        ExactSum norm = squaredNormSum();
        if (!norm.isFinite()) {
            return Double.NaN;
        }
        BigInteger ofSums = BigInteger.ZERO;
        for (int column = 0; column < dIn; column++) {
            BigInteger sum = column(column);
            ofSums = ofSums.add(sum.multiply(sum));
        }
        BigInteger timesTokens = norm.integer()
                .multiply(BigInteger.valueOf(tokens))
                .subtract(ofSums.shiftLeft(2 * LOWEST - ExactSum.LOWEST));
        return WideDigits.nearest(timesTokens, ExactSum.LOWEST) / tokens;
    }

    /** Returns the sum of a column in units of {@code 2^}{@link #LOWEST}. */
    private BigInteger column(int column) {
        long[] digits = new long[DIGITS];
        for (int digit = 0; digit < DIGITS; digit++) {
            digits[digit] = columns[digit * dIn + column];
        }
        return WideDigits.integer(digits);
    }

    void write(StateWriter out) {
        squaredNormSum().write(out);
        for (int column = 0; column < dIn; column++) {
            out.putInteger(column(column));
        }
    }

    static SquaredDeviation read(StateReader in, int dIn) {
        SquaredDeviation deviation = new SquaredDeviation(dIn, ExactSum.read(in));
        for (int column = 0; column < dIn; column++) {
            long[] digits = WideDigits.of(in.getInteger(WideDigits.bytes(DIGITS)), DIGITS);
            for (int digit = 0; digit < DIGITS; digit++) {
                deviation.columns[digit * dIn + column] = digits[digit];
            }
        }
        return deviation;
    }
}
