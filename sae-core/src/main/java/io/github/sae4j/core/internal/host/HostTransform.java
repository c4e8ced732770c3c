package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.Normalization;
import io.github.sae4j.core.SaeException;
import org.jspecify.annotations.Nullable;

/**
 * What happens to activations before they are multiplied: each element transformed, scaled, normalised by token, {@code b_dec} subtracted, as in
 * SAELens's {@code run_time_activation_norm_fn_in}. Sums over a token are float64.
 *
 * @param dIn the width of an activation
 * @param inputScale what activations are multiplied by before all else
 * @param normalization what is done to each token
 * @param subtracted {@code b_dec} if it is subtracted, {@code [d_in]}, else null
 * @param centre what is subtracted before all else, {@code [d_in]}, or null if nothing is
 * @param gain what is then multiplied by, {@code [d_in]}, or null with {@code centre}
 * @param checksFinite whether NaN and infinity are rejected
 */
@SuppressWarnings("ArrayRecordComponent")
public record HostTransform(
        int dIn,
        double inputScale,
        Normalization normalization,
        float @Nullable [] subtracted,
        float @Nullable [] centre,
        float @Nullable [] gain,
        boolean checksFinite) {

    private static final double LAYER_NORM_EPSILON = 1e-5;

    /** Returns whether tokens have a scale. */
    boolean hasScale() {
        return normalization.isPerToken();
    }

    /** Returns whether tokens have a shift. */
    boolean hasShift() {
        return normalization == Normalization.LAYER_NORM;
    }

    /**
     * Transforms tokens in place.
     *
     * @param x {@code [tokens, d_in]}
     * @param firstToken the row of the first token, for messages and in {@code scale} and {@code shift}
     * @param scale takes each token's scale, if there is one
     * @param shift takes each token's shift, if there is one
     * @throws SaeException if a value is NaN or infinite and that is not allowed
     */
    void apply(float[] x, int tokens, int firstToken, float @Nullable [] scale, float @Nullable [] shift) {
        if (checksFinite) {
            requireFinite(x, tokens, firstToken);
        }
        float factor = (float) inputScale;
        for (int token = 0; token < tokens; token++) {
            int from = token * dIn;
            if (centre != null && gain != null) {
                for (int i = 0; i < dIn; i++) {
                    x[from + i] = (x[from + i] - centre[i]) * gain[i];
                }
            }
            if (factor != 1) {
                for (int i = from; i < from + dIn; i++) {
                    x[i] *= factor;
                }
            }
            if (hasShift()) {
                float mean = (float) (sum(x, from) / dIn);
                present(shift)[firstToken + token] = mean;
                subtract(x, from, mean);
                float deviation = (float) Math.sqrt(sumOfSquaresAround(x, from, sum(x, from) / dIn) / (dIn - 1));
                present(scale)[firstToken + token] = deviation;
                divide(x, from, (float) (deviation + LAYER_NORM_EPSILON));
            } else if (hasScale()) {
                float norm = (float) Math.sqrt(sumOfSquaresAround(x, from, 0) / dIn);
                present(scale)[firstToken + token] = norm;
                divide(x, from, norm == 0 ? 1 : norm);
            }
            if (subtracted != null) {
                for (int i = 0; i < dIn; i++) {
                    x[from + i] -= subtracted[i];
                }
            }
        }
    }

    private void requireFinite(float[] x, int tokens, int firstToken) {
        for (int token = 0; token < tokens; token++) {
            if (!NotFinite.allFinite(x, token * dIn, (token + 1) * dIn)) {
                int column = 0;
                while (Float.isFinite(x[token * dIn + column])) {
                    column++;
                }
                throw notFinite(firstToken + token, column);
            }
        }
    }

    /** Returns what is thrown for a value that is NaN or infinite. */
    public static SaeException notFinite(int row, int column) {
        return new SaeException(
                SaeException.Reason.NOT_FINITE,
                "The activations hold NaN or infinity at row " + row + ", column " + column
                        + ". Values must be finite unless the SAE was opened to allow others.");
    }

    private double sum(float[] x, int from) {
        double sum = 0;
        for (int i = from; i < from + dIn; i++) {
            sum += x[i];
        }
        return sum;
    }

    private double sumOfSquaresAround(float[] x, int from, double mean) {
        double sum = 0;
        for (int i = from; i < from + dIn; i++) {
            sum += (x[i] - mean) * (x[i] - mean);
        }
        return sum;
    }

    private void subtract(float[] x, int from, float value) {
        for (int i = from; i < from + dIn; i++) {
            x[i] -= value;
        }
    }

    private void divide(float[] x, int from, float value) {
        for (int i = from; i < from + dIn; i++) {
            x[i] /= value;
        }
    }

    private static float[] present(float @Nullable [] values) {
        if (values == null) {
            throw new IllegalStateException("no room for a token's scale or shift");
        }
        return values;
    }
}
