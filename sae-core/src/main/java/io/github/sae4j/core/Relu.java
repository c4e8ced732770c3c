package io.github.sae4j.core;

import java.util.Optional;

/**
 * The rule of standard SAEs and of transcoders: {@code feature = max(0, p + b_enc)}.
 *
 * <p>As in SAELens's {@code StandardSAE.encode}, and in Cunningham et al., "Sparse Autoencoders Find Highly
 * Interpretable Features in Language Models" (arXiv 2309.08600), eq. 1.
 *
 * <pre>{@code
 * Activation rule = Relu.of(bias);
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class Relu implements BlockRule {

    private final float[] bias;

    private Relu(float[] bias) {
        this.bias = bias;
    }

    /**
     * Returns the rule with this bias.
     *
     * @param bias {@code b_enc}, {@code [d_sae]}; copied
     * @throws NullPointerException if {@code bias} is null
     */
    public static Relu of(float[] bias) {
        return new Relu(SaeException.requirePresent(bias, "bias").clone());
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
}
