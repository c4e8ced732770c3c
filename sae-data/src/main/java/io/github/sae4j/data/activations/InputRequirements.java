package io.github.sae4j.data.activations;

import io.github.sae4j.core.Reshape;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import java.util.List;
import java.util.Objects;

/**
 * What a file must fit: the SAE that it is read for. Immutable.
 *
 * <p>{@link #of(SparseAutoencoder, boolean)} tells what one SAE takes; a set of layers takes {@code [tokens, layers, d_in]}:
 *
 * <pre>{@code
 * InputRequirements requirements = InputRequirements.of(set.source().description(), set.layer(0).config())
 *         .withLayers(set.layers());
 * try (LayeredActivations activations =
 *         Activations.from(Path.of("x.safetensors")).openLayersFor(requirements)) {
 *     System.out.println(activations.tokens() + " tokens");
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class InputRequirements {

    private final String name;
    private final SaeConfig config;
    private final boolean takesSequences;
    private final int layers;
    private final boolean allowNonFinite;

    private InputRequirements(
            String name, SaeConfig config, boolean takesSequences, int layers, boolean allowNonFinite) {
        this.name = Objects.requireNonNull(name, "name");
        this.config = Objects.requireNonNull(config, "config");
        this.takesSequences = takesSequences;
        this.layers = layers;
        this.allowNonFinite = allowNonFinite;
    }

    /**
     * Returns what one SAE takes that encodes each token by itself: finite numbers only.
     *
     * @param name how to speak of it in a sentence, for example {@code layer_19 of analist/ministral-3b-sae}
     * @param config its configuration
     */
    public static InputRequirements of(String name, SaeConfig config) {
        return new InputRequirements(name, config, false, 0, false);
    }

    /**
     * Returns what an SAE takes.
     *
     * @param sae the SAE
     * @param allowNonFinite whether NaN and infinity are let through
     */
    public static InputRequirements of(SparseAutoencoder sae, boolean allowNonFinite) {
        return of(sae.source().description(), sae.config())
                .withSequences(!sae.capabilities().has(SaeCapability.ENCODE_TOKENS))
                .withNonFinite(allowNonFinite);
    }

    /**
     * Returns the same of an SAE that takes whole sequences of tokens, or single ones.
     *
     * @param whole whether it takes whole sequences
     */
    public InputRequirements withSequences(boolean whole) {
        return new InputRequirements(name, config, whole, layers, allowNonFinite);
    }

    /**
     * Returns the same of a set of layers, where each token has a row for each layer.
     *
     * @param count how many layers; 0 for one SAE
     * @throws IllegalArgumentException if it is below 0
     */
    public InputRequirements withLayers(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("A set has at least one layer, not " + count + ".");
        }
        return new InputRequirements(name, config, takesSequences, count, allowNonFinite);
    }

    /**
     * Returns the same with or without NaN and infinity.
     *
     * @param allowed whether they are let through
     */
    public InputRequirements withNonFinite(boolean allowed) {
        return new InputRequirements(name, config, takesSequences, layers, allowed);
    }

    /** Returns how to speak of the SAE in a sentence, for example {@code layer_19 of analist/ministral-3b-sae}. */
    public String name() {
        return name;
    }

    /** Returns the configuration of the SAE, or of one layer of the set. */
    public SaeConfig config() {
        return config;
    }

    /** Returns whether it takes whole sequences of tokens. */
    public boolean takesSequences() {
        return takesSequences;
    }

    /** Returns how many layers of a set each token has rows for, the last axis before the columns; 0 for one SAE. */
    public int layers() {
        return layers;
    }

    /** Returns whether NaN and infinity are let through. */
    public boolean allowNonFinite() {
        return allowNonFinite;
    }

    /** Returns how many of the last axes of an array are one activation of the SAE: 1, 2 for heads apart, 0 for none. */
    int activationAxes(List<Long> shape) {
        int rank = shape.size();
        int dIn = config.dIn();
        if (rank >= 1 && shape.get(rank - 1) == dIn) {
            return 1;
        }
        if (config.reshape() == Reshape.NONE || rank < 2) {
            return 0;
        }
        long heads = shape.get(rank - 2);
        long headWidth = shape.get(rank - 1);
        return headWidth > 0 && dIn % headWidth == 0 && heads == dIn / headWidth ? 2 : 0;
    }
}
