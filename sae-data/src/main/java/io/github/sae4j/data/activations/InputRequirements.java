package io.github.sae4j.data.activations;

import io.github.sae4j.core.Normalization;
import io.github.sae4j.core.Reshape;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import java.util.List;

/**
 * What a file must fit: the SAE that it is read for.
 *
 * <p>{@link #of} tells what one SAE takes; a set of layers takes {@code [tokens, layers, d_in]}:
 *
 * <pre>{@code
 * InputRequirements requirements = new InputRequirements(
 *         set.source().description(), set.layer(0).config(), false, set.layers(), false);
 * try (Activations activations = Activations.from(Path.of("x.safetensors")).openFor(requirements)) {
 *     long tokens = activations.layout().withoutLast().tokens();
 * }
 * }</pre>
 *
 * @param name how to speak of it in a sentence, for example {@code layer_19 of analist/ministral-3b-sae}
 * @param config what it takes
 * @param takesSequences whether it takes whole sequences of tokens
 * @param layers how many layers of a set each token has rows for, the last axis before the columns; 0 for one SAE
 * @param allowNonFinite whether NaN and infinity are let through
 * @since 0.1
 */
public record InputRequirements(
        String name, SaeConfig config, boolean takesSequences, int layers, boolean allowNonFinite) {

    /**
     * Returns what an SAE takes.
     *
     * @param sae the SAE
     * @param allowNonFinite whether NaN and infinity are let through
     */
    public static InputRequirements of(SparseAutoencoder sae, boolean allowNonFinite) {
        return new InputRequirements(
                sae.source().description(),
                sae.config(),
                !sae.capabilities().has(SaeCapability.ENCODE_TOKENS),
                0,
                allowNonFinite);
    }

    /** Returns the normalisation that decoding undoes: transcoders decode to other activations than they encode. */
    public static Normalization undoneNormalization(SaeConfig config) {
        return config.isTranscoder() ? Normalization.NONE : config.normalization();
    }

    /** Returns how to speak of a row of a file, counted from 0: of one token, or of one in one layer. */
    public String place(long row) {
        return layers == 0 ? "token " + row : "token " + row / layers + ", layer " + row % layers;
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
