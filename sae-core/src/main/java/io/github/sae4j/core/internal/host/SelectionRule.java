package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.Strength;

/**
 * A rule as kernels apply it to sums.
 *
 * @param rule the rule
 * @param bias what is added to the products, {@code [d_sae]}
 * @param activeAbove what a sum must be above to be active at all, {@code [d_sae]}; NaN where that is not known
 * @param norms what features are multiplied by, {@code [d_sae]}, or no elements if they are not
 * @param ranks what values are multiplied by to find the strongest, {@code [d_sae]}, or no elements if they are not
 * @param mostActive how many features of a token stay active at most, 0 for any number
 */
@SuppressWarnings("ArrayRecordComponent")
public record SelectionRule(
        BlockRule rule, float[] bias, float[] activeAbove, float[] norms, float[] ranks, int mostActive) {

    /**
     * Returns a rule with its features multiplied by norms.
     *
     * @param norms {@code [d_sae]}, or no elements
     * @param ranks what values are multiplied by to find the strongest, {@code [d_sae]}, or no elements
     */
    public static SelectionRule of(BlockRule rule, float[] norms, float[] ranks) {
        return new SelectionRule(rule, rule.bias(), rule.activeAbove(), norms, ranks, limit(rule));
    }

    /**
     * Returns how many features of a token stay active at most, 0 for any number. Where a decoder row of zeros keeps its
     * feature from being active, there is a choice though all may stay.
     */
    public static int limit(BlockRule rule) {
        return rule.mostActive() < rule.dSae() || rule.strength() == Strength.CONTRIBUTION ? rule.mostActive() : 0;
    }

    /** Returns the value of a feature, 0 if it is not active, before any limit. */
    public float value(int feature, float h) {
        float value = rule.value(feature, h);
        return norms.length == 0 ? value : value * norms[feature];
    }

    /** Returns what makes a feature one of the strongest: infinity if its value is not a number. */
    public float strength(int feature, float value) {
        float strength = ranks.length == 0 ? value : value * ranks[feature];
        if (Float.isNaN(strength)) {
            return Float.POSITIVE_INFINITY;
        }
        return rule.strength() == Strength.MAGNITUDE ? Math.abs(strength) : strength;
    }

    /** Returns what the strength of every feature must be above. */
    public float lowestStrength() {
        return lowestStrength(rule);
    }

    /** Returns what the strength of every feature of a rule must be above. */
    public static float lowestStrength(BlockRule rule) {
        return rule.mayBeNegative() && rule.strength() == Strength.VALUE ? Float.NEGATIVE_INFINITY : 0;
    }

    /** Returns the number of features. */
    public int dSae() {
        return bias.length;
    }
}
