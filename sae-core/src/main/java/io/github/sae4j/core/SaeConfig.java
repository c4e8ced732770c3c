package io.github.sae4j.core;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an SAE is configured to compute, independent of its weights' values.
 *
 * @param architecture the name of the activation rule in SAELens's spelling, for example {@code standard}
 * @param dIn the width of an activation, {@code d_in}
 * @param dSae the number of features, {@code d_sae}
 * @param dOut the width of a decoded activation; {@code d_in} but for transcoders
 * @param dtype the number format that the configuration declares, for example {@code bfloat16}; the weights may be
 *     stored in another, see {@link SparseAutoencoder#weightType()}
 * @param applyBDecToInput whether {@code b_dec} is subtracted from the activation before encoding
 * @param normalization what is done to each token before encoding and undone after decoding
 * @param reshape how the last axes become one of width {@code d_in}
 * @param metadata where the SAE reads and how it was trained
 * @param otherFields the fields of the configuration that nothing here reads: dotted name to JSON text, in file order
 */
public record SaeConfig(
        String architecture,
        int dIn,
        int dSae,
        int dOut,
        @Nullable String dtype,
        boolean applyBDecToInput,
        Normalization normalization,
        Reshape reshape,
        SaeMetadata metadata,
        Map<String, String> otherFields) {

    /**
     * Checks the sizes and copies the map.
     *
     * @throws SaeException if a size is below 1
     */
    public SaeConfig {
        SaeException.requirePresent(architecture, "architecture");
        SaeException.requirePresent(normalization, "normalization");
        SaeException.requirePresent(reshape, "reshape");
        SaeException.requirePresent(metadata, "metadata");
        SaeException.requirePresent(otherFields, "otherFields");
        requirePositive(dIn, "d_in");
        requirePositive(dSae, "d_sae");
        requirePositive(dOut, "d_out");
        otherFields = Collections.unmodifiableMap(new LinkedHashMap<>(otherFields));
    }

    /**
     * Returns SAELens's defaults for a standard SAE: {@code b_dec} is subtracted from the input, nothing is normalised
     * or reshaped.
     *
     * @param dIn the width of an activation, at least 1
     * @param dSae the number of features, at least 1
     * @throws SaeException if a size is below 1
     */
    public static SaeConfig standard(int dIn, int dSae) {
        return new SaeConfig(
                "standard", dIn, dSae, dIn, null, true, Normalization.NONE, Reshape.NONE, SaeMetadata.NONE, Map.of());
    }

    /**
     * Returns whether this is a transcoder, skip transcoder or the like: it decodes to the activation of another place in
     * the model than the one that it encodes. So nothing of the input transform is undone after decoding, heads are not
     * laid side by side, and {@code b_dec} cannot be subtracted from the input.
     */
    public boolean isTranscoder() {
        return architecture.endsWith("transcoder");
    }

    /** Returns the normalisation that decoding undoes. */
    Normalization undoneNormalization() {
        return isTranscoder() ? Normalization.NONE : normalization;
    }

    private static void requirePositive(int size, String name) {
        if (size < 1) {
            throw new SaeException(name + " must be at least 1, but is " + size + ".");
        }
    }
}
