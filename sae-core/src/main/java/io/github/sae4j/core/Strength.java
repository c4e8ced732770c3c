package io.github.sae4j.core;

/**
 * What makes a feature one of the strongest of its token, for rules that limit how many features stay active.
 *
 * <pre>{@code
 * if (sae.parts().activation() instanceof BlockRule rule) {
 *     String measure = switch (rule.strength()) {
 *         case VALUE -> "value";
 *         case MAGNITUDE -> "magnitude";
 *         case CONTRIBUTION -> "value times ||W_dec[i]||";
 *     };
 *     System.out.println("At most " + rule.mostActive() + " features are active, by their " + measure);
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public enum Strength {
    /** The feature's value. */
    VALUE,
    /** The size of the feature's value, whatever its sign. */
    MAGNITUDE,
    /**
     * The feature's value times the norm of its decoder row, {@code ||W_dec[i]||}, so that of a row of zeros the feature is
     * never active. The value itself is not multiplied.
     */
    CONTRIBUTION
}
