package io.github.sae4j.core;

import io.github.sae4j.core.internal.host.SelectionRule;
import org.jspecify.annotations.Nullable;

/** Which SAEs can be {@linkplain SaeBuilder#prepared prepared}: those of whose features a bound on a product says enough. */
final class Preparable {

    private Preparable() {}

    /**
     * Lets in a rule that a screen serves.
     *
     * @throws SaeException if it does not
     */
    static void require(Activation rule, @Nullable TemporalPrediction prediction) {
        String reason = refusal(rule, prediction);
        if (reason != null) {
            throw new SaeException(SaeException.Reason.NOT_SUPPORTED, "This SAE cannot be prepared: " + reason);
        }
    }

    private static @Nullable String refusal(Activation rule, @Nullable TemporalPrediction prediction) {
        if (prediction != null) {
            return "it predicts each token from those before it.";
        }
        if (!(rule instanceof BlockRule blockRule)) {
            return "matching pursuit multiplies with the decoder, step by step.";
        }
        if (SelectionRule.limit(blockRule) > 0 && !isTight(blockRule)) {
            return "it keeps the " + blockRule.mostActive()
                    + " strongest features of each token by a rule that does not tell which features are active from what"
                    + " their products are above.";
        }
        if (SelectionRule.limit(blockRule) > 0 && !keepsLargestProducts(blockRule)) {
            return "it keeps the " + blockRule.mostActive()
                    + " strongest features of each token by another measure than their products.";
        }
        for (float above : blockRule.activeAbove()) {
            if (Float.isNaN(above)) {
                return "its rule does not say what a product must be above for a feature to be active.";
            }
        }
        return null;
    }

    /**
     * Returns whether a feature is active wherever its product is above what it must be above, and not only there at most:
     * others may not take the places of those that are.
     */
    private static boolean isTight(BlockRule rule) {
        return rule instanceof TopK || rule instanceof JumpRelu;
    }

    private static boolean keepsLargestProducts(BlockRule rule) {
        return rule.keepsProducts()
                && !rule.mayBeNegative()
                && !rule.rescalesByDecoderNorm()
                && rule.strength() == Strength.VALUE;
    }
}
