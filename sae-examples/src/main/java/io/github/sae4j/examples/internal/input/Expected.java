package io.github.sae4j.examples.internal.input;

import io.github.sae4j.core.Reshape;
import io.github.sae4j.core.SaeConfig;

/**
 * The SAE that a file is read for.
 *
 * @param name how to speak of it in a sentence, for example {@code layer_19 of analist/ministral-3b-sae}
 * @param config what it takes
 * @param allowNonFinite whether NaN and infinity are let through
 */
public record Expected(String name, SaeConfig config, boolean allowNonFinite) {

    /** Returns how many of the last axes of an array are one activation of the SAE: 1, 2 for heads apart, 0 for none. */
    int activationAxes(long[] shape) {
        int rank = shape.length;
        int dIn = config.dIn();
        if (rank >= 1 && shape[rank - 1] == dIn) {
            return 1;
        }
        boolean heads = config.reshape() == Reshape.HOOK_Z
                && rank >= 2
                && shape[rank - 1] > 0
                && dIn % shape[rank - 1] == 0
                && shape[rank - 2] == dIn / shape[rank - 1];
        return heads ? 2 : 0;
    }
}
