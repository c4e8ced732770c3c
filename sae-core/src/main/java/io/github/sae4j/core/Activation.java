package io.github.sae4j.core;

/**
 * The rule that decides from the products {@code p = x' W_enc} which features are active, and with which value.
 *
 * <p>A rule holds its parameters in float32 whatever the weights' type is, because rounding a bias or a threshold
 * changes which features are active. It looks at features in blocks, so no kernel needs the dense matrix.
 */
public sealed interface Activation permits Relu {

    /** Returns the number of features that the rule's parameters are for, {@code d_sae}. */
    int dSae();
}
