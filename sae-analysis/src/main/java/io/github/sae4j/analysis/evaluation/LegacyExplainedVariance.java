package io.github.sae4j.analysis.evaluation;

import io.github.sae4j.data.activations.TokenBatch;

/**
 * The explained variance as it was reported before it was taken over all tokens at once: the mean over the tokens of
 * {@code 1 - |x - y|² / |x - m|²}, with the mean activation {@code m} of the token's batch.
 *
 * <p>So it depends on the batches, and tokens near the mean weigh most. What a token adds is summed exactly, so batches may be
 * taken in in any order.
 */
final class LegacyExplainedVariance {

    private final ExactSum sum;
    private long tokens;

    LegacyExplainedVariance() {
        this(new ExactSum());
    }

    private LegacyExplainedVariance(ExactSum sum) {
        this.sum = sum;
    }

    /** Takes in the tokens of a batch that are not skipped, but for one that is equal to the mean. */
    void add(TokenBatch batch, float[][] reconstructed) {
        float[][] rows = batch.rows();
        double[] mean = mean(batch, rows);
        for (int token = 0; token < rows.length; token++) {
            if (batch.isSkipped(token)) {
                continue;
            }
            double error = 0;
            double deviation = 0;
            for (int column = 0; column < mean.length; column++) {
                double x = rows[token][column];
                error += (x - reconstructed[token][column]) * (x - reconstructed[token][column]);
                deviation += (x - mean[column]) * (x - mean[column]);
            }
            if (deviation != 0) {
                sum.add(1 - error / deviation);
                tokens++;
            }
        }
    }

    private static double[] mean(TokenBatch batch, float[][] rows) {
        double[] mean = new double[rows[0].length];
        for (int token = 0; token < rows.length; token++) {
            if (!batch.isSkipped(token)) {
                for (int column = 0; column < mean.length; column++) {
                    mean[column] += rows[token][column];
                }
            }
        }
        for (int column = 0; column < mean.length; column++) {
            mean[column] /= batch.keptCount();
        }
        return mean;
    }

    /** Takes in the batches of another, and leaves it as it is. */
    void add(LegacyExplainedVariance other) {
        sum.add(other.sum);
        tokens += other.tokens;
    }

    /** Returns the mean, NaN if no token differs from the others. */
    double mean() {
        return sum.value() / tokens;
    }

    void write(StateWriter out) {
        sum.write(out);
        out.putCount(tokens);
    }

    static LegacyExplainedVariance read(StateReader in) {
        LegacyExplainedVariance legacy = new LegacyExplainedVariance(ExactSum.read(in));
        legacy.tokens = in.getCount();
        return legacy;
    }
}
