package io.github.sae4j.core;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The rule of JumpReLU SAEs and transcoders: {@code feature = h} if {@code h = p + b_enc} is above the feature's
 * threshold and above 0, else 0. A feature that is exactly at its threshold is not active; where a publisher's is, as in
 * EleutherAI's latent-sae with {@code batchtopk}, give {@link Math#nextDown(float)} of its threshold.
 *
 * <p>As in SAELens's {@code JumpReLUSAE.encode}, and in Rajamanoharan et al., "Jumping Ahead: Improving Reconstruction
 * Fidelity with JumpReLU Sparse Autoencoders" (arXiv 2407.14435). SAEs that were trained with batch top-k
 * are published in this form, with one threshold for all features.
 *
 * <pre>{@code
 * Activation rule = JumpRelu.of(bias, threshold);
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class JumpRelu implements BlockRule {

    private final float[] bias;
    private final float[] threshold;
    private final boolean keepsNegative;
    private final int mostActive;

    private JumpRelu(float[] bias, float[] threshold, boolean keepsNegative, int mostActive) {
        this.bias = bias;
        this.threshold = threshold;
        this.keepsNegative = keepsNegative;
        this.mostActive = mostActive;
    }

    /**
     * Returns the rule with these parameters.
     *
     * @param bias {@code b_enc}, {@code [d_sae]}; copied
     * @param threshold {@code [d_sae]}; copied
     * @throws NullPointerException if an argument is null
     * @throws SaeException if their lengths differ
     */
    public static JumpRelu of(float[] bias, float[] threshold) {
        SaeException.requirePresent(bias, "bias");
        SaeException.requireLength(threshold, "threshold", bias.length, "bias");
        return new JumpRelu(bias.clone(), threshold.clone(), false, bias.length);
    }

    /**
     * Returns the rule with one threshold for all features.
     *
     * @param bias {@code b_enc}, {@code [d_sae]}; copied
     * @param threshold the threshold of every feature
     * @throws NullPointerException if {@code bias} is null
     */
    public static JumpRelu of(float[] bias, float threshold) {
        SaeException.requirePresent(bias, "bias");
        float[] thresholds = new float[bias.length];
        Arrays.fill(thresholds, threshold);
        return new JumpRelu(bias.clone(), thresholds, false, bias.length);
    }

    /**
     * Returns this rule without {@code max(0, h)}: a feature is {@code h} where {@code h} is above its threshold, so that a
     * threshold below 0 lets negative values through. As in circuit-tracer's {@code JumpReLU}.
     *
     * @throws SaeException if this rule limits how many features stay active
     */
    public JumpRelu keepingNegative() {
        return combined(true, mostActive);
    }

    /**
     * Returns this rule with a limit: of a token's features above their thresholds at most the {@code n} largest stay
     * active, the lower index among equals. As in EleutherAI's latent-sae ({@code jumprelu}, {@code batchtopk}).
     *
     * @param n how many at most, from 1; from {@code d_sae} on there is no limit
     * @throws SaeException if {@code n} is below 1, or this rule keeps what is negative
     */
    public JumpRelu atMost(int n) {
        if (n < 1) {
            throw new SaeException("The number of features that stay active must be at least 1, but is " + n + ".");
        }
        return combined(keepsNegative, Math.min(n, bias.length));
    }

    private JumpRelu combined(boolean negative, int most) {
        if (negative && most < bias.length) {
            throw new SaeException("A JumpReLU rule that keeps what is negative cannot limit how many features stay"
                    + " active: nobody has said which are the strongest then.");
        }
        return new JumpRelu(bias, threshold, negative, most);
    }

    @Override
    public int dSae() {
        return bias.length;
    }

    @Override
    public float[] bias() {
        return bias.clone();
    }

    @Override
    public List<float[]> parameters() {
        return List.of(threshold.clone());
    }

    /** Returns a copy of the features' thresholds, {@code [d_sae]}. */
    public float[] threshold() {
        return threshold.clone();
    }

    /**
     * A product with the comparison, not a choice by it: what is not a number stays so, as it does in SAELens. Comparing
     * after {@code relu} differs only for thresholds below 0, and there the product is 0 either way. Where values below 0
     * stay, a product would give zeros a sign.
     */
    @Override
    public Optional<String> torchScript() {
        return Optional.of(
                keepsNegative
                        ? "torch.masked_fill_(h, torch.le(h, p[0]), 0)"
                        : "torch.mul_(torch.relu_(h), torch.gt(h, p[0]))");
    }

    /**
     * The thresholds, or 0 for those below it unless what is negative stays. Not known for an infinite threshold of a rule
     * that lets nothing negative stay, which makes an infinite {@code h} not a number.
     */
    @Override
    public float[] activeAbove() {
        float[] above = threshold.clone();
        for (int feature = 0; feature < above.length && !keepsNegative; feature++) {
            above[feature] = threshold[feature] == Float.POSITIVE_INFINITY ? Float.NaN : Math.max(above[feature], 0);
        }
        return above;
    }

    @Override
    public boolean keepsProducts() {
        return true;
    }

    @Override
    public float value(int feature, float h) {
        if (keepsNegative) {
            return h <= threshold[feature] ? 0 : h;
        }
        return Math.max(h, 0) * (h > threshold[feature] ? 1 : 0);
    }

    /** Returns how many features of a token stay active at most; {@code d_sae} without a limit. */
    @Override
    public int mostActive() {
        return mostActive;
    }

    @Override
    public boolean mayBeNegative() {
        return keepsNegative;
    }
}
