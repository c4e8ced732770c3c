package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.SaeBuilder;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The normaliser of science-of-finetuning's dictionary_learning, for one or more models or layers side by side:
 * {@code u = (x - activation_mean) activation_global_scale} before, and
 * {@code v / (activation_global_scale + 1e-8) + activation_mean} behind. A mean that is not a number says that there is none.
 */
final class ActivationNormalizer {

    private static final String MEAN = "activation_mean";
    private static final String SCALE = "activation_global_scale";
    private static final double EPSILON = 1e-8;

    private ActivationNormalizer() {}

    /**
     * Returns what gives an SAE the normaliser that a file has, or null if it has none.
     *
     * @param segments how many models or layers there are
     * @param width the width of all their activations together
     */
    static @Nullable Consumer<SaeBuilder> of(Weights weights, int segments, int width) {
        weights.unneeded("the scale was made of it", "activation_std", "target_rms");
        if (!weights.contains(MEAN)) {
            return null;
        }
        float[] mean = weights.raw(MEAN);
        if (mean.length != width) {
            throw new SaeLoadException(
                    Reason.INVALID_TENSORS,
                    weights.path() + ": " + MEAN + " has " + mean.length + " numbers, but should have " + width + ".");
        }
        if (isNowhereANumber(mean)) {
            weights.unneeded("there is no normaliser, as the mean says", SCALE);
            return null;
        }
        float[] scale = weights.raw(SCALE);
        if (scale.length != 1 && scale.length != segments) {
            throw new SaeLoadException(
                    Reason.INVALID_TENSORS,
                    weights.path() + ": " + SCALE + " has " + scale.length + " numbers, but should have 1 or "
                            + segments + ".");
        }
        float[] gain = new float[width];
        float[] inverse = new float[width];
        for (int i = 0; i < width; i++) {
            float factor = scale[scale.length == 1 ? 0 : i / (width / segments)];
            if (!Float.isFinite(mean[i]) || !Float.isFinite(factor)) {
                throw new SaeLoadException(
                        Reason.NON_FINITE, weights.path() + ": " + MEAN + " or " + SCALE + " holds NaN or infinity.");
            }
            gain[i] = factor;
            inverse[i] = (float) (1 / (factor + EPSILON));
        }
        return builder -> builder.inputAffine(mean, gain).outputAffine(inverse, mean);
    }

    private static boolean isNowhereANumber(float[] values) {
        for (float value : values) {
            if (!Float.isNaN(value)) {
                return false;
            }
        }
        return true;
    }
}
