package io.github.sae4j.examples.internal.check;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Comparator;

/**
 * How an SAE does on activations that something was tried with.
 *
 * @param name what was tried
 * @param finding the sentence for a file of which it is true; empty for the file as it is
 * @param tokens how many tokens there were
 * @param explainedVariance {@code 1 - sum |x - y|² / sum |x - m|²} with the mean activation {@code m}
 * @param l0 how many features were above zero on a token
 * @param agreement the correlation of the log10 of firing frequencies with the published ones, over the features that
 *     should have fired at least {@value #EXPECTED} times; NaN if there are too few or none is published
 */
public record Trial(String name, String finding, int tokens, double explainedVariance, double l0, double agreement) {

    /** The best first. */
    public static final Comparator<Trial> BEST_FIRST =
            Comparator.comparing(Trial::explainedVariance, Comparator.reverseOrder());

    private static final double EXPECTED = 5;
    private static final int FEWEST_FEATURES = 10;

    static Trial of(Guess guess, SparseAutoencoder sae) {
        SparseFeatures features = sae.encode(guess.rows());
        float[][] reconstructed = sae.hasSkip() ? sae.reconstruct(guess.rows()) : sae.decode(features);
        long[] firings = new long[sae.config().dSae()];
        long active = 0;
        IntBuffer indices = features.indices();
        FloatBuffer values = features.values();
        while (indices.hasRemaining()) {
            int feature = indices.get();
            if (values.get() > 0) {
                firings[feature]++;
                active++;
            }
        }
        int tokens = guess.rows().length;
        return new Trial(
                guess.name(),
                guess.finding(),
                tokens,
                explainedVariance(guess.rows(), reconstructed),
                (double) active / tokens,
                sae.sparsity()
                        .map(published -> agreement(firings, tokens, published))
                        .orElse(Double.NaN));
    }

    private static double explainedVariance(float[][] rows, float[][] reconstructed) {
        double error = 0;
        double deviation = 0;
        for (int column = 0; column < rows[0].length; column++) {
            double mean = 0;
            for (float[] row : rows) {
                mean += row[column];
            }
            mean /= rows.length;
            for (int token = 0; token < rows.length; token++) {
                double off = rows[token][column] - (double) reconstructed[token][column];
                double from = rows[token][column] - mean;
                error += off * off;
                deviation += from * from;
            }
        }
        return deviation == 0 ? Double.NaN : 1 - error / deviation;
    }

    private static double agreement(long[] firings, int tokens, float[] published) {
        double n = 0;
        double x = 0;
        double y = 0;
        double xx = 0;
        double yy = 0;
        double xy = 0;
        for (int feature = 0; feature < firings.length; feature++) {
            if (Math.pow(10, published[feature]) * tokens >= EXPECTED) {
                double here = Math.log10((firings[feature] + 0.5) / (tokens + 1));
                double there = published[feature];
                n++;
                x += here;
                y += there;
                xx += here * here;
                yy += there * there;
                xy += here * there;
            }
        }
        return n < FEWEST_FEATURES ? Double.NaN : (n * xy - x * y) / Math.sqrt((n * xx - x * x) * (n * yy - y * y));
    }
}
