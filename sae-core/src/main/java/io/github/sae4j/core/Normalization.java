package io.github.sae4j.core;

import java.util.Arrays;
import java.util.Optional;

/**
 * What happens to each token's activation before encoding, undone after decoding; {@code normalize_activations} of
 * {@code cfg.json}.
 *
 * <p>The formulas are those of SAELens's {@code run_time_activation_norm_fn_in} and {@code _out}.
 *
 * <pre>{@code
 * String label = "layer_norm";                                 // what cfg.json says
 * Normalization normalization = Normalization.ofLabel(label)
 *         .orElseThrow(() -> new IllegalArgumentException("normalize_activations is " + label + ", which is not known."));
 * SaeConfig config = SaeConfig.builder(SaeArchitecture.TOPK, dIn, dSae)
 *         .normalization(normalization)
 *         .build();
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public enum Normalization {
    /** Activations are used as they are. */
    NONE("none"),
    /** A factor for the whole data set, folded into the weights by the publisher; unfolded it acts as {@link #NONE}. */
    EXPECTED_AVERAGE_ONLY_IN("expected_average_only_in"),
    /**
     * Each token is brought to the norm {@code sqrt(d_in)}: {@code x' = x / s} with {@code s = |x| / sqrt(d_in)}, and
     * {@code y = y' * s} after decoding. A token that is all zeros stays zero.
     */
    CONSTANT_NORM_RESCALE("constant_norm_rescale"),
    /**
     * Each token is brought to mean 0 and standard deviation 1: {@code x' = (x - mean) / (std + 1e-5)} with the
     * unbiased standard deviation (divisor {@code d_in - 1}), and {@code y = y' * std + mean} after decoding.
     */
    LAYER_NORM("layer_norm");

    private final String label;

    Normalization(String label) {
        this.label = label;
    }

    /** Returns the name as {@code cfg.json} spells it. */
    public String label() {
        return label;
    }

    /** Returns whether decoding needs each token's scale (and shift), so that features alone are not enough. */
    public boolean isPerToken() {
        return this == CONSTANT_NORM_RESCALE || this == LAYER_NORM;
    }

    /**
     * Returns the constant that {@code cfg.json} spells like this, or nothing if none does.
     *
     * @param label a value of {@code normalize_activations}
     */
    public static Optional<Normalization> ofLabel(String label) {
        SaeException.requirePresent(label, "label");
        return Arrays.stream(values()).filter(n -> n.label.equals(label)).findFirst();
    }

    @Override
    public String toString() {
        return label;
    }
}
