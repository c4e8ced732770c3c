package io.github.sae4j.loader.internal.saving;

import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.SaeParts;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What weights are multiplied by to hold what an SAE does beside them, as SAELens folds it: the norm scaling factor
 * {@code s} ({@code W_enc * s}, {@code W_dec / s}, {@code b_dec / s}), and the norms {@code n} of the decoder's rows of a
 * folded view ({@code W_enc[:, i] * n[i]}, {@code W_dec[i] / n[i]}, and the biases and thresholds of features
 * {@code * n[i]}).
 */
final class Rescaling {

    private static final double SHORTEST = 1e-8;

    private final double scale;
    private final double @Nullable [] norms;

    private Rescaling(double scale, double @Nullable [] norms) {
        this.scale = scale;
        this.norms = norms;
    }

    /**
     * Returns what an SAE's weights are multiplied by.
     *
     * @param decoder {@code W_dec}
     */
    static Rescaling of(SparseAutoencoder sae, SaeParts parts, WeightMatrix decoder) {
        // Temporal SAEs have a field for the factor.
        double scale = parts.prediction().isEmpty() ? sae.normScalingFactor() : 1;
        if (!sae.hasFoldedDecoderNorms()) {
            return new Rescaling(scale, null);
        }
        double[] norms = rowNorms(decoder);
        boolean exact = parts.activation() instanceof BlockRule rule && rule.rescalesByDecoderNorm();
        for (int feature = 0; feature < norms.length; feature++) {
            double norm = norms[feature] / scale;
            norms[feature] = exact ? norm : Math.max(norm, SHORTEST);
        }
        return new Rescaling(scale, norms);
    }

    private static double[] rowNorms(WeightMatrix decoder) {
        double[] squares = new double[Math.toIntExact(decoder.rows())];
        int storedWidth = Math.toIntExact(decoder.isTransposed() ? decoder.rows() : decoder.columns());
        int width = decoder.type().bytes();
        int storedRow = 0;
        for (ByteBuffer part : decoder.parts()) {
            for (int at = 0; at < part.limit(); storedRow++) {
                for (int storedColumn = 0; storedColumn < storedWidth; storedColumn++, at += width) {
                    double weight = decoder.type().get(part, at);
                    squares[decoder.isTransposed() ? storedColumn : storedRow] += weight * weight;
                }
            }
        }
        return Arrays.stream(squares).map(Math::sqrt).toArray();
    }

    /** Returns whether the norm scaling factor goes into the weights. */
    boolean foldsScale() {
        return scale != 1;
    }

    /** Returns whether the norms of the decoder's rows go into the weights. */
    boolean foldsNorms() {
        return norms != null;
    }

    /** Returns what {@code W_enc} is multiplied by, null if it stays as it is. */
    MatrixBytes.@Nullable Factors encoder() {
        if (norms == null) {
            return foldsScale() ? (row, column) -> scale : null;
        }
        double[] ofFeatures = norms;
        return (row, column) -> scale * ofFeatures[(int) column];
    }

    /** Returns what {@code W_dec} is multiplied by, null if it stays as it is. */
    MatrixBytes.@Nullable Factors decoder() {
        if (norms == null) {
            return foldsScale() ? (row, column) -> 1 / scale : null;
        }
        double[] ofFeatures = norms;
        // Only a row of zeros has the norm 0, and stays one.
        return (row, column) -> ofFeatures[(int) row] == 0 ? 1 : 1 / (scale * ofFeatures[(int) row]);
    }

    /** Returns {@code b_dec} as it is saved. */
    float[] decoderBias(float[] bDec) {
        for (int i = 0; i < bDec.length; i++) {
            bDec[i] = (float) (bDec[i] / scale);
        }
        return bDec;
    }

    /** Returns a bias or threshold of the features as it is saved; changes the array. */
    float[] ofFeatures(float[] values) {
        if (norms != null) {
            for (int feature = 0; feature < values.length; feature++) {
                values[feature] = (float) (values[feature] * norms[feature]);
            }
        }
        return values;
    }
}
