package io.github.sae4j.analysis.internal.report;

import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.internal.norms.MedianNorm;
import java.util.ArrayList;
import java.util.List;

/**
 * How many tokens have activations of which Euclidean norm, in bins of a quarter of an octave: bin {@code i} begins at
 * {@code 2^(i / 4)}. A norm of zero, or one that is not finite, is in no bin.
 */
public final class NormHistogram {

    /** How many bins an octave has. */
    public static final int BINS_OF_OCTAVE = 4;

    private static final int LOWEST = BINS_OF_OCTAVE * -160;

    // A float32's square root of a sum of squares lies between 2^-149 and 2^128 times the square root of d_in.
    private final long[] counts = new long[BINS_OF_OCTAVE * 320];

    /**
     * A bin that is not empty.
     *
     * @param from the norm at which it begins
     * @param to the norm before which it ends
     * @param tokens how many tokens it has
     */
    public record Bin(double from, double to, long tokens) {}

    /** Takes in the tokens that are not skipped. */
    public void add(TokenBatch batch) {
        for (float[] row : batch.keptRows()) {
            double norm = MedianNorm.of(row);
            if (norm > 0 && norm < Double.POSITIVE_INFINITY) {
                counts[binOf(norm)]++;
            }
        }
    }

    private static int binOf(double norm) {
        int bin = (int) Math.floor(Math.log(norm) / Math.log(2) * BINS_OF_OCTAVE) - LOWEST;
        // A logarithm is rounded, so a norm at an edge may come out beside its bin.
        if (norm < edge(bin)) {
            return bin - 1;
        }
        return norm < edge(bin + 1) ? bin : bin + 1;
    }

    private static double edge(int bin) {
        return Math.pow(2, (double) (bin + LOWEST) / BINS_OF_OCTAVE);
    }

    /** Returns the bins that are not empty, ascending. */
    public List<Bin> bins() {
        List<Bin> bins = new ArrayList<>();
        for (int bin = 0; bin < counts.length; bin++) {
            if (counts[bin] > 0) {
                bins.add(new Bin(edge(bin), edge(bin + 1), counts[bin]));
            }
        }
        return bins;
    }
}
