package io.github.sae4j.examples.internal.check;

import io.github.sae4j.examples.internal.input.MedianNorm;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Some of a file's tokens. */
public final class Sample {

    private final float[][] rows;
    private final boolean[] first;

    /**
     * Takes tokens.
     *
     * @param rows their activations, {@code [tokens][d_in]}, at least one
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
    float[][] withoutFirst() {
        return IntStream.range(0, rows.length)
                .filter(token -> !first[token])
                .mapToObj(token -> rows[token])
                .toArray(float[][]::new);
    }

    /** Returns those whose norm is at most so many times the median norm. */
    float[][] withoutLong(double multiple) {
        double[] norms = Arrays.stream(rows).mapToDouble(MedianNorm::of).toArray();
        double[] sorted = norms.clone();
        Arrays.sort(sorted);
        double longest = multiple * sorted[(sorted.length - 1) / 2];
        return IntStream.range(0, rows.length)
                .filter(token -> norms[token] <= longest)
                .mapToObj(token -> rows[token])
                .toArray(float[][]::new);
    }

    /** Returns the mean norm of all. */
    double meanNorm() {
        return Arrays.stream(rows).mapToDouble(MedianNorm::of).average().orElse(0);
    }
}
