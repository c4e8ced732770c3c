package io.github.sae4j.core;

import java.util.Optional;

/**
 * The rule of SAEs with group max: features lie in groups of neighbours, and of {@code max(0, p + b_enc)} only the largest of
 * each group stays, the first among equals.
 *
 * <p>As in EleutherAI's sparsify, {@code activation: groupmax}, where {@code k} is the number of groups.
 *
 * <pre>{@code
 * Activation rule = GroupMax.of(64, bias);
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class GroupMax implements BlockRule {

    private final int groups;
    private final float[] bias;

    private GroupMax(int groups, float[] bias) {
        this.groups = groups;
        this.bias = bias;
    }

    /**
     * Returns the rule with this bias.
     *
     * @param groups how many groups there are, a divisor of {@code d_sae}
     * @param bias {@code b_enc}, {@code [d_sae]}; copied
     * @throws NullPointerException if {@code bias} is null
     * @throws SaeException if {@code groups} is below 1 or does not divide {@code d_sae}
     */
    public static GroupMax of(int groups, float[] bias) {
        SaeException.requirePresent(bias, "bias");
        if (groups < 1 || bias.length % groups != 0) {
            throw new SaeException("The number of groups must be at least 1 and divide d_sae = " + bias.length
                    + ", but is " + groups + ".");
        }
        return new GroupMax(groups, bias.clone());
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
    public Optional<String> torchScript() {
        return Optional.of("torch.relu_(h)");
    }

    @Override
    public float[] activeAbove() {
        return new float[bias.length];
    }

    @Override
    public boolean keepsProducts() {
        return true;
    }

    @Override
    public float value(int feature, float h) {
        return Math.max(h, 0);
    }

    @Override
    public int groups() {
        return groups;
    }
}
