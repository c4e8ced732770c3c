package io.github.sae4j.data.features;

import io.github.sae4j.core.InverseTransform;
import io.github.sae4j.core.Normalization;
import io.github.sae4j.core.SaeConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The numbers that a file of features holds for each token beside them, so that they can be decoded. */
final class TokenFactor {

    private static final String SCALE = "scale";
    private static final String SHIFT = "shift";

    private TokenFactor() {}

    /** Returns the names of the tensors that an SAE's normalisation needs. */
    static List<String> names(SaeConfig config) {
        Normalization normalization = config.undoneNormalization();
        if (normalization == Normalization.LAYER_NORM) {
            return List.of(SCALE, SHIFT);
        }
        return normalization.isPerToken() ? List.of(SCALE) : List.of();
    }

    /** Returns a tensor's numbers for some tokens, or null if the tensor is none of these. */
    static float @Nullable [] of(String name, InverseTransform inverse) {
        return switch (name) {
            case SCALE -> inverse.scale().orElse(null);
            case SHIFT -> inverse.shift().orElse(null);
            default -> null;
        };
    }
}
