package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.SaeBuilder;
import java.util.Arrays;
import java.util.function.Consumer;

/** Factors of an SAE's activations and reconstructions that are not one number for both. */
final class Affine {

    private Affine() {}

    /** Multiplies activations by one factor, and divides reconstructions, of another place, by another. */
    static Consumer<SaeBuilder> ofFactors(int width, double in, double out) {
        return builder -> builder.inputAffine(new float[width], filled(width, in))
                .outputAffine(filled(width, 1 / out), new float[width]);
    }

    /**
     * Multiplies activations of several models or layers by a factor each, and divides reconstructions by it.
     *
     * @param width the width of all of them together
     */
    static Consumer<SaeBuilder> ofSegments(int width, double[] factors) {
        float[] gain = new float[width];
        float[] inverse = new float[width];
        int segment = width / factors.length;
        for (int i = 0; i < width; i++) {
            gain[i] = (float) factors[i / segment];
            inverse[i] = (float) (1 / factors[i / segment]);
        }
        return builder -> builder.inputAffine(new float[width], gain).outputAffine(inverse, new float[width]);
    }

    private static float[] filled(int width, double value) {
        float[] values = new float[width];
        Arrays.fill(values, (float) value);
        return values;
    }
}
