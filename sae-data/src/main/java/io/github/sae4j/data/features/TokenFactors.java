package io.github.sae4j.data.features;

import io.github.sae4j.core.InverseTransform;
import io.github.sae4j.core.Normalization;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.activations.InputRequirements;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.TensorView;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Each token's scale and shift in a file of features, where the SAE's normalisation needs them to decode.
 *
 * @param scale float32 {@code [tokens]}, or null if there is none
 * @param shift float32 {@code [tokens]}, or null if there is none
 */
record TokenFactors(@Nullable TensorView scale, @Nullable TensorView shift) {

    static TokenFactors open(Path path, SafetensorsFile file, Layout layout, InputRequirements expected) {
        Normalization normalization = expected.config().undoneNormalization();
        return new TokenFactors(
                open(path, file, "scale", normalization.isPerToken(), layout, expected),
                open(path, file, "shift", normalization == Normalization.LAYER_NORM, layout, expected));
    }

    private static @Nullable TensorView open(
            Path path, SafetensorsFile file, String name, boolean needed, Layout layout, InputRequirements expected) {
        if (needed != file.contains(name)) {
            throw new DataException(
                    Reason.MISMATCH,
                    path + ": " + expected.name() + " has the normalisation "
                            + expected.config().undoneNormalization() + ", which "
                            + (needed
                                    ? "needs a \"" + name + "\" for each token, but the file has none."
                                    : "knows no \"" + name + "\" for each token, but the file has one."));
        }
        if (!needed) {
            return null;
        }
        TensorView tensor = FeatureFile.tensor(path, file, name, Dtype.F32);
        if (tensor.elements() != layout.tokens()) {
            throw new DataException(
                    Reason.MALFORMED,
                    path + ": " + name + " is for " + tensor.elements() + " tokens, but there are " + layout.tokens()
                            + ".");
        }
        return tensor;
    }

    /** Returns what decoding needs for some of the tokens. */
    InverseTransform inverse(long first, int count) {
        if (scale == null) {
            return InverseTransform.identity();
        }
        float[] factors = floats(scale, first, count);
        return shift == null
                ? InverseTransform.of(0, factors)
                : InverseTransform.of(0, factors, floats(shift, first, count));
    }

    private static float[] floats(TensorView tensor, long first, int count) {
        float[] floats = new float[count];
        FeatureFile.read(tensor, first, count, Float.BYTES).asFloatBuffer().get(floats);
        return floats;
    }
}
