package io.github.sae4j.analysis.check;

import io.github.sae4j.data.activations.MedianNorm;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Some of a file's tokens. */
public final class Sample {

    private final float[][] rows;
    private final boolean[] first;

    /**
     * Takes tokens.
     *
     * @param rows their activations, {@code [tokens][d_in]}
     * @param first whether each is the first of its sequence
     */
    public Sample(float[][] rows, boolean[] first) {
        this.rows = rows.clone();
        this.first = first.clone();
    }

    /** Returns the activations, {@code [tokens][d_in]}. */
    float[][] rows() {
        return rows;
    }

    /** Returns those that do not begin a sequence. */
    Sample withoutFirst() {
        return only(IntStream.range(0, rows.length).filter(token -> !first[token]));
    }

    /** Returns those whose norm is at most so many times the median norm. */
    Sample withoutLong(double multiple) {
        double[] norms = Arrays.stream(rows).mapToDouble(MedianNorm::of).toArray();
        double[] sorted = norms.clone();
        Arrays.sort(sorted);
        double longest = sorted.length == 0 ? 0 : multiple * sorted[(sorted.length - 1) / 2];
        return only(IntStream.range(0, rows.length).filter(token -> norms[token] <= longest));
    }

    private Sample only(IntStream tokens) {
        int[] kept = tokens.toArray();
        float[][] keptRows = new float[kept.length][];
        boolean[] keptFirst = new boolean[kept.length];
        for (int i = 0; i < kept.length; i++) {
            keptRows[i] = rows[kept[i]];
            keptFirst[i] = first[kept[i]];
        }
        return new Sample(keptRows, keptFirst);
    }

    /** Returns as many tokens with other activations. */
    Sample changed(UnaryOperator<float[]> change) {
        return new Sample(Arrays.stream(rows).map(change).toArray(float[][]::new), first);
    }

    /** Returns the sum of the squared distances from the mean activation. */
    double variation() {
        double[] sums = new double[rows.length == 0 ? 0 : rows[0].length];
        double squares = 0;
        for (float[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                sums[i] += row[i];
                squares += (double) row[i] * row[i];
            }
        }
        return squares - Arrays.stream(sums).map(sum -> sum * sum).sum() / Math.max(1, rows.length);
    }

    /** Returns the mean norm of all. */
    double meanNorm() {
        return Arrays.stream(rows).mapToDouble(MedianNorm::of).average().orElse(0);
    }
}
