package io.github.sae4j.core;

import java.util.Optional;

/**
 * The rule of top-k SAEs: of {@code h = p + b_enc} the {@code k} largest of each token, and of those the ones above 0.
 *
 * <p>Taking the {@code k} largest and then {@code max(0, h)} is the same as {@code max(0, h)} and then the {@code k}
 * largest, so this is {@link Relu} with a limit; fewer than {@code k} features may be active. Among equals the lower
 * index is taken. As in SAELens's {@code TopKSAE.encode}, and in Gao et al., "Scaling and evaluating sparse
 * autoencoders" (arXiv 2406.04093).
 *
 * <p>There are four variants, of which a rule is at most one:
 *
 * <ul>
 *   <li>{@link #rescaledByDecoderNorm()} takes the largest of {@code h * ||W_dec[i]||}, gives these as features, and
 *       decodes {@code feature / ||W_dec[i]||}: SAELens's {@code rescale_acts_by_decoder_norm}. A feature whose decoder
 *       row is all zeros is never active then.
 *   <li>{@link #chosenByDecoderNorm()} takes those of which {@code max(0, h) * ||W_dec[i]||} is largest, and gives
 *       {@code max(0, h)}: {@code sparsity_include_decoder_norm} of OpenMOSS's Language-Model-SAEs. A feature whose
 *       decoder row is all zeros is never active.
 *   <li>{@link #keepingNegative()} takes the {@code k} largest {@code h} as they are, below 0 too: circuit-tracer's
 *       top-k transcoders.
 *   <li>{@link #byMagnitude()} takes the {@code k} largest {@code |h|} and gives {@code h} with its sign:
 *       {@code signed} of EleutherAI's sparsify in 2024.
 * </ul>
 *
 * <pre>{@code
 * Activation rule = TopK.of(64, bias);
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class TopK implements BlockRule {

    private enum Variant {
        POSITIVE,
        RESCALED,
        CHOSEN_BY_DECODER_NORM,
        KEEPING_NEGATIVE,
        BY_MAGNITUDE
    }

    private final int k;
    private final float[] bias;
    private final Variant variant;

    private TopK(int k, float[] bias, Variant variant) {
        this.k = k;
        this.bias = bias;
        this.variant = variant;
    }

    /**
     * Returns the rule that takes values above 0 as they are.
     *
     * @param k how many features of a token may be active, from 1 to {@code d_sae}
     * @param bias {@code b_enc}, {@code [d_sae]}; copied
     * @throws NullPointerException if {@code bias} is null
     * @throws SaeException if {@code k} is below 1 or above {@code d_sae}, with which PyTorch's
     *     and so SAELens's top-k fails too
     */
    public static TopK of(int k, float[] bias) {
        SaeException.requirePresent(bias, "bias");
        if (k < 1 || k > bias.length) {
            throw new SaeException("k must be from 1 to d_sae = " + bias.length + ", but is " + k + ".");
        }
        return new TopK(k, bias.clone(), Variant.POSITIVE);
    }

    /**
     * Returns this rule with its features rescaled by the norms of their decoder rows.
     *
     * @throws SaeException if this is another variant already
     */
    public TopK rescaledByDecoderNorm() {
        return as(Variant.RESCALED);
    }

    /**
     * Returns this rule with the strongest chosen by {@code max(0, h) * ||W_dec[i]||}, and {@code max(0, h)} as features.
     *
     * @throws SaeException if this is another variant already
     */
    public TopK chosenByDecoderNorm() {
        return as(Variant.CHOSEN_BY_DECODER_NORM);
    }

    /**
     * Returns this rule without {@code max(0, h)}: the {@code k} largest {@code h} of a token are its features, so that
     * values below 0 stay where fewer than {@code k} are above. One that is 0 takes a place and is not active.
     *
     * @throws SaeException if this is another variant already
     */
    public TopK keepingNegative() {
        return as(Variant.KEEPING_NEGATIVE);
    }

    /**
     * Returns this rule without {@code max(0, h)}, and with the strongest chosen by {@code |h|}.
     *
     * @throws SaeException if this is another variant already
     */
    public TopK byMagnitude() {
        return as(Variant.BY_MAGNITUDE);
    }

    private TopK as(Variant wanted) {
        if (variant != Variant.POSITIVE && variant != wanted) {
            throw new SaeException(
                    "A top-k rule is rescaled by decoder norms, chosen by them, keeps what is negative or"
                            + " chooses by magnitude, but not two of these at once.");
        }
        return new TopK(k, bias, wanted);
    }

    private boolean keepsSigns() {
        return variant == Variant.KEEPING_NEGATIVE || variant == Variant.BY_MAGNITUDE;
    }

    @Override
    public int dSae() {
        return bias.length;
    }

    @Override
    public float[] bias() {
        return bias.clone();
    }

    /** Adding 0 takes the sign of a zero. */
    @Override
    public Optional<String> torchScript() {
        return Optional.of(keepsSigns() ? "torch.add_(h, 0.)" : "torch.relu_(h)");
    }

    @Override
    public float[] activeAbove() {
        return keepsSigns() ? BlockRule.super.activeAbove() : new float[bias.length];
    }

    @Override
    public boolean keepsProducts() {
        return true;
    }

    @Override
    public float value(int feature, float h) {
        return keepsSigns() ? h + 0f : Math.max(h, 0);
    }

    /** Returns {@code k}. */
    @Override
    public int mostActive() {
        return k;
    }

    @Override
    public boolean mayBeNegative() {
        return keepsSigns();
    }

    @Override
    public Strength strength() {
        return switch (variant) {
            case POSITIVE, RESCALED, KEEPING_NEGATIVE -> Strength.VALUE;
            case CHOSEN_BY_DECODER_NORM -> Strength.CONTRIBUTION;
            case BY_MAGNITUDE -> Strength.MAGNITUDE;
        };
    }

    @Override
    public boolean rescalesByDecoderNorm() {
        return variant == Variant.RESCALED;
    }
}
