package io.github.sae4j.core;

/**
 * The rule that decides which features are active, and with which value.
 *
 * <p>Nearly all architectures are a {@link BlockRule}: a formula for each feature, maybe with a limit of how many stay
 * active. A new one is a class that implements it. {@link MatchingPursuit} is of another kind.
 *
 * <p>Rules never change, and so are safe for use by several threads.
 *
 * <pre>{@code
 * builder.activation(JumpRelu.of(bias, threshold));
 * try (SparseAutoencoder sae = builder.build()) {
 *     if (sae.parts().activation() instanceof BlockRule rule) {
 *         System.out.println("At most " + rule.mostActive() + " of " + rule.dSae() + " features are active.");
 *     }
 * }
 * }</pre>
 *
 * @since 0.1
 */
public sealed interface Activation permits BlockRule, MatchingPursuit {

    /** Returns the number of features that the rule is for, {@code d_sae}. */
    int dSae();
}
