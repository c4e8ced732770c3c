package io.github.sae4j.data.features;

import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.activations.InputRequirements;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.internal.RowPlace;
import io.github.sae4j.safetensors.TensorView;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/** Features in a dense matrix, of which those that are not zero are taken. */
final class DenseRows implements FeatureRows {

    private static final int MAX_NUMBERS = 1 << 22;

    private final Path path;
    private final TensorView features;
    private final Layout layout;
    private final InputRequirements expected;
    private final TokenFactors factors;
    private long next;

    DenseRows(Path path, TensorView features, Layout layout, InputRequirements expected, TokenFactors factors) {
        this.path = path;
        this.features = features;
        this.layout = layout;
        this.expected = expected;
        this.factors = factors;
    }

    static DataException notFinite(Path path, float value, String place, int feature) {
        return new DataException(
                Reason.NON_FINITE,
                Sentence.of(
                        path + ": " + place + " has " + value + " at feature " + feature + "; ",
                        Setting.ALLOW_NON_FINITE.named(),
                        " lets such values through."));
    }

    @Override
    public SparseFeatures next(int maxTokens) {
        int dSae = expected.config().dSae();
        int ofToken = Math.max(1, layout.layers());
        int fitting = Math.max(ofToken, Math.min(maxTokens, MAX_NUMBERS / dSae) / ofToken * ofToken);
        int count = (int) Math.min(fitting, layout.tokens() - next);
        int numbers = Math.multiplyExact(count, dSae);
        FloatBuffer dense =
                FeatureFile.read(features, next * dSae, numbers, Float.BYTES).asFloatBuffer();
        int[] offsets = new int[count + 1];
        int[] indices = new int[numbers];
        float[] values = new float[numbers];
        int active = 0;
        for (int row = 0; row < count; row++) {
            for (int feature = 0; feature < dSae; feature++) {
                float value = dense.get();
                if (value != 0) {
                    if (!expected.allowNonFinite() && !Float.isFinite(value)) {
                        throw notFinite(path, value, RowPlace.of(next + row, expected.layers()), feature);
                    }
                    indices[active] = feature;
                    values[active++] = value;
                }
            }
            offsets[row + 1] = active;
        }
        SparseFeatures sparse = SparseFeatures.of(
                dSae,
                new long[] {count},
                offsets,
                Arrays.copyOf(indices, active),
                Arrays.copyOf(values, active),
                factors.inverse(next, count));
        next += count;
        return sparse;
    }
}
