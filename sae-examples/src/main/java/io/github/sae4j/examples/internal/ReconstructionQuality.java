package io.github.sae4j.examples.internal;

/**
 * How well activations are reconstructed, over all tokens, gathered in one pass in float64.
 *
 * <p>Explained variance is {@code 1 - sum |x - y|² / sum |x - m|²} with the mean activation {@code m} of all tokens;
 * the relative error is {@code sqrt(sum |x - y|² / sum |x|²)}.
 */
final class ReconstructionQuality {

    private final double[] mean;
    private long tokens;
    private double squaredError;
    private double squaredNorm;
    private double squaredDeviation;

    ReconstructionQuality(int dIn) {
        this.mean = new double[dIn];
    }

    /** Takes in one token. The mean is updated as in Welford's method, which loses no digits to a large mean. */
    void add(float[] activation, float[] reconstruction) {
        tokens++;
        for (int column = 0; column < mean.length; column++) {
            double x = activation[column];
            double error = x - reconstruction[column];
            squaredError += error * error;
            squaredNorm += x * x;
            double before = x - mean[column];
            mean[column] += before / tokens;
            squaredDeviation += before * (x - mean[column]);
        }
    }

    /** Returns the explained variance, NaN if the activations do not vary. */
    double explainedVariance() {
        return squaredDeviation == 0 ? Double.NaN : 1 - squaredError / squaredDeviation;
    }

    /** Returns the relative error, NaN if the activations are all zero. */
    double relativeError() {
        return squaredNorm == 0 ? Double.NaN : Math.sqrt(squaredError / squaredNorm);
    }

    /** Returns both for the summary; a dash stands for what the activations leave undefined. */
    String describe() {
        return "explained variance " + decimal(explainedVariance()) + " · relative error " + decimal(relativeError());
    }

    private static String decimal(double number) {
        return Double.isFinite(number) ? Quantity.decimal(number, 4) : "–";
    }
}
