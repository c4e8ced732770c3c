package io.github.sae4j.core;

/**
 * The rule of matching pursuit SAEs, which find features one after the other and have no {@code W_enc}: with
 * {@code r = x'} to begin with, repeat {@code i = argmax r W_dec}<sup>T</sup>, {@code v = max(0, r . W_dec[i])},
 * {@code feature[i] += v}, {@code r -= v W_dec[i]}. A token is done when a step has added no new feature, or
 * {@code ||r||} has fallen below the residual threshold, or after the last iteration, or when further steps would change
 * nothing. Among equals the lower index is taken.
 *
 * <p>As in SAELens's {@code MatchingPursuitSAE.encode}, and in Costa et al., "From Flat to Hierarchical: Extracting
 * Sparse Representations with Matching Pursuit" (arXiv 2506.03093). Decoding adds {@code b_dec} only if it is
 * subtracted from the input.
 *
 * <p>Every iteration multiplies by the whole decoder, so a token costs as many products as it gets features. Tokens are
 * taken 1,024 at a time, and of each only its residual and its features so far are held.
 *
 * <pre>{@code
 * Activation rule = MatchingPursuit.of(dSae).residualThreshold(0.01).maxIterations(32);
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class MatchingPursuit implements Activation {

    private static final double RESIDUAL_THRESHOLD = 0.01;

    private final int dSae;
    private final double residualThreshold;
    private final int maxIterations;
    private final boolean stopOnDuplicateSupport;

    private MatchingPursuit(int dSae, double residualThreshold, int maxIterations, boolean stopOnDuplicateSupport) {
        this.dSae = dSae;
        this.residualThreshold = residualThreshold;
        this.maxIterations = maxIterations;
        this.stopOnDuplicateSupport = stopOnDuplicateSupport;
    }

    /**
     * Returns the rule with SAELens's defaults: a residual threshold of 0.01, at most {@code d_in} iterations, and an end
     * at the first step that adds no new feature.
     *
     * @param dSae the number of features, at least 1
     * @throws SaeException if {@code dSae} is below 1
     */
    public static MatchingPursuit of(int dSae) {
        if (dSae < 1) {
            throw new SaeException("d_sae must be at least 1, but is " + dSae + ".");
        }
        return new MatchingPursuit(dSae, RESIDUAL_THRESHOLD, 0, true);
    }

    /**
     * Returns the rule with another residual threshold.
     *
     * @param threshold the norm of the residual below which a token is done; 0 or less for none
     * @throws SaeException if {@code threshold} is not finite
     */
    public MatchingPursuit residualThreshold(double threshold) {
        if (!Double.isFinite(threshold)) {
            throw new SaeException("The residual threshold must be finite, but is " + threshold + ".");
        }
        return new MatchingPursuit(dSae, threshold, maxIterations, stopOnDuplicateSupport);
    }

    /**
     * Returns the rule with another limit of iterations.
     *
     * @param iterations how many at most, at least 1
     * @throws SaeException if {@code iterations} is below 1
     */
    public MatchingPursuit maxIterations(int iterations) {
        if (iterations < 1) {
            throw new SaeException("The number of iterations must be at least 1, but is " + iterations + ".");
        }
        return new MatchingPursuit(dSae, residualThreshold, iterations, stopOnDuplicateSupport);
    }

    /**
     * Returns the rule with another choice of whether a token is done when a step has added no new feature.
     *
     * @param stop whether it is
     */
    public MatchingPursuit stopOnDuplicateSupport(boolean stop) {
        return new MatchingPursuit(dSae, residualThreshold, maxIterations, stop);
    }

    @Override
    public int dSae() {
        return dSae;
    }

    /** Returns the norm of the residual below which a token is done; 0 or less for none. */
    public double residualThreshold() {
        return residualThreshold;
    }

    /**
     * Returns how many iterations there are at most.
     *
     * @param dIn the width of an activation, which is the limit if no other was set
     */
    public int iterations(int dIn) {
        return maxIterations == 0 ? dIn : maxIterations;
    }

    /** Returns whether a token is done when a step has added no new feature. */
    public boolean stopsOnDuplicateSupport() {
        return stopOnDuplicateSupport;
    }
}
