package io.github.sae4j.core;

import java.util.Arrays;
import java.util.Optional;

/**
 * How an activation's last axes become one of width {@code d_in}; {@code reshape_activations} of {@code cfg.json}.
 *
 * <p>An SAE of 12 heads that are 64 wide each takes {@code [..., 12, 64]} and {@code [..., 768]}:
 *
 * <pre>{@code
 * SaeConfig config = SaeConfig.builder(SaeArchitecture.STANDARD, 12 * 64, dSae)
 *         .reshape(Reshape.HOOK_Z)
 *         .build();
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public enum Reshape {
    /** The last axis is {@code d_in} already. */
    NONE("none"),
    /**
     * Attention outputs of each head, {@code [..., heads, d_head]}, are laid side by side as {@code [..., heads *
     * d_head]} and taken apart again after decoding. An activation whose last axis is {@code d_in} is left as it is.
     */
    HOOK_Z("hook_z"),
    /**
     * Activations of several models or layers, {@code [..., segments, d]}, are laid side by side as {@code [..., segments *
     * d]} and taken apart again after decoding. An activation whose last axis is {@code d_in} is left as it is.
     */
    SEGMENTS("segments");

    private final String label;

    Reshape(String label) {
        this.label = label;
    }

    /** Returns the name as {@code cfg.json} spells it. */
    public String label() {
        return label;
    }

    /**
     * Returns the constant that {@code cfg.json} spells like this, or nothing if none does.
     *
     * @param label a value of {@code reshape_activations}
     */
    public static Optional<Reshape> ofLabel(String label) {
        SaeException.requirePresent(label, "label");
        return Arrays.stream(values()).filter(r -> r.label.equals(label)).findFirst();
    }

    @Override
    public String toString() {
        return label;
    }
}
