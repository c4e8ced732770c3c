package io.github.sae4j.analysis.check;

import io.github.sae4j.analysis.AnalysisException;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.internal.norms.MedianNorm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Some of the tokens of activations, for a {@link FitCheck}. Immutable.
 *
 * <pre>{@code
 * Sample sample = Sample.of(activations);
 * }</pre>
 *
 * @since 0.1
 */
public final class Sample {

    private static final int STRETCHES = 16;
    private static final int OF_STRETCH = 128;

    private final float[][] rows;
    private final boolean[] first;

    /**
     * Takes tokens.
     *
     * @param rows their activations, {@code [tokens][d_in]}, which are copied
     * @param first whether each is the first of its sequence
     * @throws IllegalArgumentException if there are not as many of them
     */
    public Sample(float[][] rows, boolean[] first) {
        if (first.length != rows.length) {
            throw new IllegalArgumentException(
                    "first has " + first.length + " values, but there are " + rows.length + " tokens.");
        }
        this.rows = Arrays.stream(rows).map(float[]::clone).toArray(float[][]::new);
        this.first = first.clone();
    }

    /** Takes tokens, {@code [tokens][d_in]}, which are copied, and of which it is not told where sequences begin. */
    public static Sample of(float[][] rows) {
        return new Sample(rows, new boolean[rows.length]);
    }

    /**
     * Reads stretches of tokens that lie evenly over all, about 2,000.
     *
     * @param activations are read to their end
     * @throws AnalysisException if there are no tokens, or all are skipped
     */
    public static Sample of(ActivationReader activations) {
        long tokens = activations.layout().tokens();
        TokenBatch batch = TokenBatch.withCapacity(OF_STRETCH, activations.dIn());
        List<float[]> rows = new ArrayList<>();
        List<Boolean> first = new ArrayList<>();
        long next = 0;
        for (int stretch = 0; stretch < STRETCHES; stretch++) {
            long from = Math.max(next, begin(activations, tokens * stretch / STRETCHES));
            activations.skip(from - next);
            activations.next(batch, OF_STRETCH);
            for (int i = 0; i < batch.count(); i++) {
                if (!batch.isSkipped(i)) {
                    rows.add(batch.rows()[i].clone());
                    first.add(activations.place(from + i).isFirst());
                }
            }
            next = from + batch.count();
        }
        if (rows.isEmpty()) {
            throw new AnalysisException(
                    AnalysisException.Reason.NO_TOKENS, activations + ": there are no tokens to try.");
        }
        boolean[] begins = new boolean[first.size()];
        for (int i = 0; i < begins.length; i++) {
            begins[i] = first.get(i);
        }
        return new Sample(rows.toArray(float[][]::new), begins);
    }

    /** Goes back to where the sequence begins, so that first tokens are among those that are tried. */
    private static long begin(ActivationReader activations, long token) {
        return activations.layout().hasSequences() && activations.layout().sequence() > 0
                ? token - token % activations.layout().sequence()
                : token;
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
