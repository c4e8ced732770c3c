package io.github.sae4j.core;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A rule that makes each feature from its own product {@code p = x' W_enc} alone, so that it can look at a block of
 * features at a time and no kernel needs the dense matrix.
 *
 * <p>A rule holds its parameters in float32 whatever the weights' type is, because rounding a bias or a threshold
 * changes which features are active. It gives its formula as plain Java, and for the kernels that run on
 * libtorch as TorchScript too. Both must give the same, and a feature's value is negative only where
 * {@link #mayBeNegative} says so. Kernels ask for values from several threads at once, so a rule never
 * changes, and for those of one caller's tokens in the thread of another, so it never waits for one of them.
 *
 * <p>A rule of one's own, for {@code builder.activation(new Squared(bias))}:
 *
 * <pre>{@code
 * final class Squared implements BlockRule {
 *
 *     private final float[] bias;
 *
 *     Squared(float[] bias) {
 *         this.bias = bias.clone();
 *     }
 *
 *     @Override
 *     public int dSae() {
 *         return bias.length;
 *     }
 *
 *     @Override
 *     public float[] bias() {
 *         return bias.clone();
 *     }
 *
 *     @Override
 *     public float value(int feature, float h) {
 *         float positive = Math.max(h, 0);
 *         return positive * positive;
 *     }
 *
 *     @Override
 *     public Optional<String> torchScript() {                  // for libtorch's kernels
 *         return Optional.of("torch.square_(torch.relu_(h))");
 *     }
 * }
 * }</pre>
 *
 * @since 0.1
 */
public non-sealed interface BlockRule extends Activation {

    /** Returns a copy of what is added to the products before the rule looks at them, {@code [d_sae]}. */
    float[] bias();

    /** Returns copies of the rule's further parameters, {@code [d_sae]} each; by default there are none. */
    default List<float[]> parameters() {
        return List.of();
    }

    /**
     * Returns the rule as a TorchScript expression: from {@code h}, the products of a block of features with the bias
     * added ({@code [tokens, block]}, which the expression may change in place), and {@code p}, the block's part of
     * each of the {@link #parameters()}, to the features' values, 0 for those that are not active. Without one, which is the
     * default, the rule is run by the kernels in Java only.
     */
    default Optional<String> torchScript() {
        return Optional.empty();
    }

    /**
     * Returns the value of one feature, 0 if it is not active, before any limit and rescaling.
     *
     * @param feature from 0 to {@code d_sae - 1}
     * @param h the feature's product with the bias added
     */
    float value(int feature, float h);

    /**
     * Returns for each feature a number that {@code h} must be above for the feature to be active, {@code [d_sae]}, so
     * that kernels need not ask for most values. NaN, which is the default for all, says that there is no such number. A rule
     * that takes the strongest by values that {@linkplain #mayBeNegative() may be negative} has none: there, features that
     * are not active take part.
     */
    default float[] activeAbove() {
        float[] unknown = new float[dSae()];
        Arrays.fill(unknown, Float.NaN);
        return unknown;
    }

    /**
     * Returns whether the value of an active feature is {@code h} itself, before rescaling; by default that is not known.
     */
    default boolean keepsProducts() {
        return false;
    }

    /**
     * Returns how many features of a token stay active at most: the {@linkplain #strength() strongest}, and the lower index
     * among equals. Without a limit, which is the default, this is {@code d_sae}.
     */
    default int mostActive() {
        return dSae();
    }

    /**
     * Returns in how many groups of neighbours of one size the features lie. Of each group only the largest value stays, the
     * first among equals. By default, {@code d_sae}, each feature is a group of its own. Rules with larger groups limit
     * nothing else, and have no values below 0.
     */
    default int groups() {
        return dSae();
    }

    /**
     * Returns whether values may be below 0; by default they are not. If they may be, then of a rule that takes the
     * strongest by their {@linkplain Strength#VALUE values} all features take part, those that are 0 too: one that is 0 may
     * take the place of one below it, and is not active.
     */
    default boolean mayBeNegative() {
        return false;
    }

    /** Returns what makes a feature one of the strongest; by default its value. */
    default Strength strength() {
        return Strength.VALUE;
    }

    /**
     * Returns whether features are multiplied by the norm of their decoder row, {@code ||W_dec[i]||}, before the
     * strongest are taken, and divided by it again in decoding; by default they are not.
     */
    default boolean rescalesByDecoderNorm() {
        return false;
    }
}
