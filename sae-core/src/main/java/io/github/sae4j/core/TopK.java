package io.github.sae4j.core;

import java.util.List;

/**
 * The rule of top-k SAEs: of {@code h = p + b_enc} the {@code k} largest of each token, and of those the ones above 0.
 *
 * <p>Taking the {@code k} largest and then {@code max(0, h)} is the same as {@code max(0, h)} and then the {@code k}
 * largest, so this is {@link Relu} with a limit; fewer than {@code k} features may be active. Among equals the lower
 * index is taken. As in SAELens's {@code TopKSAE.encode}, and in Gao et al., "Scaling and evaluating sparse
 * autoencoders" (arXiv 2406.04093).
 *
 * <p>The variant that rescales by decoder norms takes the largest of {@code h * ||W_dec[i]||}, gives these as features,
 * and decodes {@code feature / ||W_dec[i]||}: SAELens's {@code rescale_acts_by_decoder_norm}. A feature whose decoder
 * row is all zeros is never active then.
 */
public final class TopK implements BlockRule {

    private final int k;
    private final float[] bias;
    private final boolean rescaledByDecoderNorm;

    private TopK(int k, float[] bias, boolean rescaledByDecoderNorm) {
        this.k = k;
        this.bias = bias;
        this.rescaledByDecoderNorm = rescaledByDecoderNorm;
    }

    /**
     * Returns the rule without rescaling.
     *
     * @param k how many features of a token may be active, from 1 to {@code d_sae}
     * @param bias {@code b_enc}, {@code [d_sae]}; copied
     * @throws SaeException if {@code bias} is null, or {@code k} is below 1 or above {@code d_sae}, with which PyTorch's
     *     and so SAELens's top-k fails too
     */
    public static TopK of(int k, float[] bias) {
        SaeException.requirePresent(bias, "bias");
        if (k < 1 || k > bias.length) {
            throw new SaeException("k must be from 1 to d_sae = " + bias.length + ", but is " + k + ".");
        }
        return new TopK(k, bias.clone(), false);
    }

    /** Returns this rule with its features rescaled by the norms of their decoder rows. */
    public TopK rescaledByDecoderNorm() {
        return new TopK(k, bias, true);
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
        return List.of();
    }

    @Override
    public String torchScript() {
        return "torch.relu_(h)";
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

    /** Returns {@code k}. */
    @Override
    public int mostActive() {
        return k;
    }

    @Override
    public boolean rescalesByDecoderNorm() {
        return rescaledByDecoderNorm;
    }
}
