package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.BlockRule;

/**
 * A rule as kernels apply it to sums.
 *
 * @param rule the rule
 * @param bias what is added to the products, {@code [d_sae]}
 * @param activeAbove what a sum must be above to be active at all, {@code [d_sae]}; NaN where that is not known
 * @param norms what features are multiplied by, {@code [d_sae]}, or no elements if they are not
 * @param mostActive how many features of a token stay active at most, 0 for any number
 */
@SuppressWarnings("ArrayRecordComponent")
public record SelectionRule(BlockRule rule, float[] bias, float[] activeAbove, float[] norms, int mostActive) {

    /**
     * Returns a rule with its features multiplied by norms.
     *
     * @param norms {@code [d_sae]}, or no elements
     */
    public static SelectionRule of(BlockRule rule, float[] norms) {
        return new SelectionRule(
                rule, rule.bias(), rule.activeAbove(), norms, rule.mostActive() < rule.dSae() ? rule.mostActive() : 0);
    }

    /** Returns the value of a feature, 0 if it is not active, before any limit. */
    public float value(int feature, float h) {
        float value = rule.value(feature, h);
        return norms.length == 0 ? value : value * norms[feature];
    }

    /** Returns the number of features. */
    public int dSae() {
        return bias.length;
    }
}
