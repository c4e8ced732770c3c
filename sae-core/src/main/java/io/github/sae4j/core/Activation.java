package io.github.sae4j.core;

import java.util.List;

/**
 * The rule that decides from the products {@code p = x' W_enc} which features are active, and with which value.
 *
 * <p>A rule holds its parameters in float32 whatever the weights' type is, because rounding a bias or a threshold
 * changes which features are active. It looks at a block of features at a time, so no kernel needs the dense matrix.
 */
public sealed interface Activation permits Relu {

    /** Returns the number of features that the rule's parameters are for, {@code d_sae}. */
    int dSae();

    /** Returns a copy of what is added to the products before the rule looks at them, {@code [d_sae]}. */
    float[] bias();

    /** Returns copies of the rule's further parameters, {@code [d_sae]} each. */
    List<float[]> parameters();

    /**
     * Returns the rule as a TorchScript expression: from {@code h}, the products of a block of features with the bias
     * added ({@code [tokens, block]}, which the expression may change in place), and {@code p}, the block's part of
     * each of the {@link #parameters()}, to the features' values, 0 for those that are not active.
     */
    String torchScript();
}
