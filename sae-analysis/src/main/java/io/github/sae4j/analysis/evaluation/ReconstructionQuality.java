package io.github.sae4j.analysis.evaluation;

import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.activations.TokenBatch;
import java.util.Optional;

/**
 * How well activations are reconstructed, over all tokens, gathered in one pass in float64.
 *
 * <p>Explained variance is {@code 1 - sum |x - y|² / sum |x - m|²} with the mean activation {@code m} of all tokens;
 * the relative error is {@code sqrt(sum |x - y|² / sum |x|²)}.
 *
 * <pre>{@code
 * ReconstructionQuality quality = new ReconstructionQuality(sae.config().dIn());
 * quality.add(TokenBatch.of(activations), sae.reconstruct(activations));
 * double explained = quality.explainedVariance();
 * }</pre>
 *
 * <p>Not for use by several threads at once.
 *
 * @since 0.1
 */
public final class ReconstructionQuality {

    private final LegacyExplainedVariance legacy = new LegacyExplainedVariance();
    private final double[] mean;
    private long tokens;
    private double squaredError;
    private double squaredNorm;
    private double squaredDeviation;
    private double squaredOutput;
    private double products;
    private double cosines;
    private double ratios;
    private long comparable;

    /**
     * Measures nothing yet.
     *
     * @param dIn the width of an activation
     */
    public ReconstructionQuality(int dIn) {
        this.mean = new double[dIn];
    }

    /** Measures nothing yet; empty for an SAE that does not reconstruct what it reads. */
    public static Optional<ReconstructionQuality> of(SparseAutoencoder sae) {
        return sae.capabilities().has(SaeCapability.DECODE) && !sae.config().isTranscoder()
                ? Optional.of(new ReconstructionQuality(sae.config().dIn()))
                : Optional.empty();
    }

    /**
     * Takes in the tokens of a batch that are not skipped.
     *
     * @param batch the tokens
     * @param reconstructed what the SAE makes of each, {@code [tokens][d_in]}, with rows for those that are skipped
     * @throws IllegalArgumentException if there are fewer or more, or one is not as wide as an activation
     */
    public void add(TokenBatch batch, float[][] reconstructed) {
        float[][] rows = batch.rows();
        requireShape("activations", rows, batch.count());
        requireShape("reconstructions", reconstructed, batch.count());
        if (batch.count() == 0) {
            return;
        }
        for (int token = 0; token < rows.length; token++) {
            if (!batch.isSkipped(token)) {
                add(rows[token], reconstructed[token]);
            }
        }
        legacy.add(batch, reconstructed);
    }

    private void requireShape(String name, float[][] rows, int tokens) {
        if (rows.length != tokens) {
            throw new IllegalArgumentException(
                    "The " + name + " must be of " + tokens + " tokens, but are of " + rows.length + ".");
        }
        for (float[] row : rows) {
            if (row.length != mean.length) {
                throw new IllegalArgumentException(
                        "The " + name + " must be " + mean.length + " wide, but one is " + row.length + ".");
            }
        }
    }

    /** Takes in one token. The mean is updated as in Welford's method, which loses no digits to a large mean. */
    private void add(float[] activation, float[] reconstruction) {
        tokens++;
        double norm = 0;
        double outputNorm = 0;
        double product = 0;
        for (int column = 0; column < mean.length; column++) {
            double x = activation[column];
            double y = reconstruction[column];
            double error = x - y;
            squaredError += error * error;
            norm += x * x;
            outputNorm += y * y;
            product += x * y;
            double before = x - mean[column];
            mean[column] += before / tokens;
            squaredDeviation += before * (x - mean[column]);
        }
        squaredNorm += norm;
        squaredOutput += outputNorm;
        products += product;
        if (norm != 0) {
            comparable++;
            ratios += Math.sqrt(outputNorm / norm);
            cosines += outputNorm == 0 ? 0 : product / Math.sqrt(norm * outputNorm);
        }
    }

    /** Returns the mean over the tokens of {@code |x - y|²}, NaN without tokens. */
    public double meanSquaredError() {
        return squaredError / tokens;
    }

    /**
     * Returns the mean cosine of the angle between a token's activation and its reconstruction, 0 where that is zero,
     * without the tokens whose activation is zero.
     */
    public double cosine() {
        return cosines / comparable;
    }

    /** Returns the mean over the tokens of {@code |y| / |x|}, without those whose activation is zero. */
    public double l2Ratio() {
        return ratios / comparable;
    }

    /** Returns {@code sum |y|² / sum x·y}, 1 if nothing is shrunk (arXiv 2404.16014, equation 10). */
    public double relativeReconstructionBias() {
        return products == 0 ? Double.NaN : squaredOutput / products;
    }

    /** Returns the explained variance, NaN if the activations do not vary. */
    public double explainedVariance() {
        return squaredDeviation == 0 ? Double.NaN : 1 - squaredError / squaredDeviation;
    }

    /** Returns the explained variance token by token, which depends on the size of the batches. */
    public double legacyExplainedVariance() {
        return legacy.mean();
    }

    /** Returns the relative error, NaN if the activations are all zero. */
    public double relativeError() {
        return squaredNorm == 0 ? Double.NaN : Math.sqrt(squaredError / squaredNorm);
    }
}
