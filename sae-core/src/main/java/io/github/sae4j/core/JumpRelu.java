package io.github.sae4j.core;

import java.util.Arrays;
import java.util.List;

/**
 * The rule of JumpReLU SAEs and transcoders: {@code feature = h} if {@code h = p + b_enc} is above the feature's
 * threshold and above 0, else 0. A feature that is exactly at its threshold is not active.
 *
 * <p>As in SAELens's {@code JumpReLUSAE.encode}, and in Rajamanoharan et al., "Jumping Ahead: Improving Reconstruction
 * Fidelity with JumpReLU Sparse Autoencoders" (arXiv 2407.14435). SAEs that were trained with batch top-k
 * are published in this form, with one threshold for all features.
 */
public final class JumpRelu implements BlockRule {

    private final float[] bias;
    private final float[] threshold;

    private JumpRelu(float[] bias, float[] threshold) {
        this.bias = bias;
        this.threshold = threshold;
    }

    /**
     * Returns the rule with these parameters.
     *
     * @param bias {@code b_enc}, {@code [d_sae]}; copied
     * @param threshold {@code [d_sae]}; copied
     * @throws SaeException if an argument is null, or their lengths differ
     */
    public static JumpRelu of(float[] bias, float[] threshold) {
        SaeException.requirePresent(bias, "bias");
        SaeException.requireLength(threshold, "threshold", bias.length, "bias");
        return new JumpRelu(bias.clone(), threshold.clone());
    }

    /**
     * Returns the rule with one threshold for all features.
     *
     * @param bias {@code b_enc}, {@code [d_sae]}; copied
     * @param threshold the threshold of every feature
     * @throws SaeException if {@code bias} is null
     */
    public static JumpRelu of(float[] bias, float threshold) {
        SaeException.requirePresent(bias, "bias");
        float[] thresholds = new float[bias.length];
        Arrays.fill(thresholds, threshold);
        return new JumpRelu(bias.clone(), thresholds);
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
     * after {@code relu} differs only for thresholds below 0, and there the product is 0 either way.
     */
    @Override
    public String torchScript() {
        return "torch.mul_(torch.relu_(h), torch.gt(h, p[0]))";
    }

    /** Not known for an infinite threshold, which makes an infinite {@code h} not a number. */
    @Override
    public float[] activeAbove() {
        float[] above = threshold.clone();
        for (int feature = 0; feature < above.length; feature++) {
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
        return Math.max(h, 0) * (h > threshold[feature] ? 1 : 0);
    }
}
