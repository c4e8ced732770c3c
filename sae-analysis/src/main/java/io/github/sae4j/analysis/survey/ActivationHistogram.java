package io.github.sae4j.analysis.survey;

import java.util.Arrays;

/**
 * How often a feature has which value, in bins of one width from 0 on.
 *
 * <p>The width is a power of two, {@code 2^floor(log2 max) / 32}, so that 33 to {@value #BINS} bins reach the largest value. It is
 * not known before the end: whenever a value lies beyond the last bin, neighbouring bins are joined until it does not.
 * As widths are powers of two, the counts are those that the last width would have given from the beginning.
 *
 * <pre>{@code
 * SurveyResult result = Survey.of(sae).named(List.of(1234), reader);
 * ActivationHistogram histogram = result.features().get(0).tally().histogram();
 * long[] counts = histogram.counts();
 * for (int bin = 0; bin < counts.length; bin++) {
 *     System.out.println("from " + bin * histogram.binWidth() + ": " + counts[bin]);
 * }
 * }</pre>
 *
 * <p>Not for use by several threads at once.
 *
 * @since 0.1
 */
public final class ActivationHistogram {

    private static final int BINS = 64;

    private final long[] counts = new long[BINS];
    private int exponent;
    private int used;

    ActivationHistogram() {}

    /** Counts a value above zero; an infinite one is in no bin. */
    void add(float value) {
        if (value == Float.POSITIVE_INFINITY) {
            return;
        }
        // float64, in which no float32 is subnormal.
        int needed = Math.getExponent((double) value) + 1 - Integer.numberOfTrailingZeros(BINS);
        if (used == 0) {
            exponent = needed;
        }
        while (exponent < needed) {
            joinPairs();
        }
        int bin = (int) Math.scalb((double) value, -exponent);
        counts[bin]++;
        used = Math.max(used, bin + 1);
    }

    private void joinPairs() {
        for (int bin = 0; bin < BINS / 2; bin++) {
            counts[bin] = counts[2 * bin] + counts[2 * bin + 1];
        }
        Arrays.fill(counts, BINS / 2, BINS, 0);
        exponent++;
        used = (used + 1) / 2;
    }

    /** Returns the width of a bin, 0 if there is none. */
    public double binWidth() {
        return used == 0 ? 0 : Math.scalb(1.0, exponent);
    }

    /** Returns how many values each bin has, up to the one with the largest value: bin {@code i} begins at {@code i} widths. */
    public long[] counts() {
        return Arrays.copyOf(counts, used);
    }
}
