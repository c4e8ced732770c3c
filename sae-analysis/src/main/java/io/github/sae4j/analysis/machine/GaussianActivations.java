package io.github.sae4j.analysis.machine;

import io.github.sae4j.core.SparseAutoencoder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Activations of independent Gaussian numbers, of the scale for which an SAE finds about so many features.
 */
final class GaussianActivations {

    private static final long SEED = 3;
    private static final int USUAL_L0 = 100;
    private static final int TOKENS_TO_TRY = 16;
    private static final int MOST_TRIES = 16;
    private static final double SMALLEST_SCALE = 1e-3;
    private static final double LARGEST_SCALE = 1e4;
    private static final double CLOSE_ENOUGH = 0.02;

    private final float[][] rows;

    private GaussianActivations(float[][] rows) {
        this.rows = rows;
    }

    /**
     * Makes activations.
     *
     * @param sae finds features in them: about 100 a token, or a sixteenth of all if that is less, if some scale gives that
     * @param tokens how many there are
     */
    static GaussianActivations of(SparseAutoencoder sae, int tokens) {
        float[][] rows = new float[Math.max(tokens, TOKENS_TO_TRY)][sae.config().dIn()];
        SplittableRandom random = new SplittableRandom(SEED);
        for (float[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        float scale = scale(sae, Arrays.copyOf(rows, TOKENS_TO_TRY));
        for (float[] row : rows) {
            multiply(row, scale);
        }
        return new GaussianActivations(rows);
    }

    /** Returns the first of the activations, {@code [tokens][d_in]}. */
    float[][] first(int tokens) {
        return Arrays.copyOf(rows, tokens);
    }

    private static float scale(SparseAutoencoder sae, float[][] rows) {
        double wanted = Math.max(1, Math.min(USUAL_L0, sae.config().dSae() / 16.0));
        double low = SMALLEST_SCALE;
        double high = LARGEST_SCALE;
        double best = 1;
        double closest = Double.POSITIVE_INFINITY;
        for (int attempt = 0; attempt < MOST_TRIES && closest > CLOSE_ENOUGH; attempt++) {
            double scale = Math.sqrt(low * high);
            double l0 = l0(sae, rows, (float) scale);
            double distance = Math.abs(Math.log((l0 + 0.01) / wanted));
            if (distance < closest) {
                closest = distance;
                best = scale;
            }
            if (l0 < wanted) {
                low = scale;
            } else {
                high = scale;
            }
        }
        return (float) best;
    }

    private static double l0(SparseAutoencoder sae, float[][] rows, float scale) {
        float[][] scaled = new float[rows.length][];
        for (int token = 0; token < rows.length; token++) {
            scaled[token] = rows[token].clone();
            multiply(scaled[token], scale);
        }
        return sae.encode(scaled).l0();
    }

    private static void multiply(float[] row, float scale) {
        for (int i = 0; i < row.length; i++) {
            row[i] *= scale;
        }
    }
}
