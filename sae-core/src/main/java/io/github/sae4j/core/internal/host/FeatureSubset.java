package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Some features of an SAE whose rule looks at each alone: their columns of the encoder, read once and kept side by side, and
 * a kernel over them. It adds up in the order in which the whole SAE's kernel does.
 */
public final class FeatureSubset {

    /** A kernel multiplies whole vectors; columns of zeros fill the last. */
    private static final int WHOLE = 32;

    private final int[] features;
    private final HostSae sae;

    private FeatureSubset(int[] features, HostSae sae) {
        this.features = features;
        this.sae = sae;
    }

    /**
     * Reads the columns of features.
     *
     * @param norms what features are multiplied by, {@code [d_sae]}, or no elements if they are not
     * @param features ascending, each once, at least one
     */
    static FeatureSubset of(
            KernelParts parts,
            WeightMatrix encoder,
            float[] norms,
            HostKernel.Maker maker,
            Workers workers,
            int[] features) {
        int width = (features.length + WHOLE - 1) / WHOLE * WHOLE;
        BlockRule rule = new Chosen((BlockRule) parts.rule(), features, width);
        float[] chosenNorms = norms.length == 0 ? norms : Arrays.copyOf(chosen(norms, features), width);
        HostKernel kernel = maker.make(
                columns(encoder, features, width), null, SelectionRule.of(rule, chosenNorms, new float[0]), workers);
        return new FeatureSubset(features, HostSae.over(parts.withoutSkip(), kernel, maker, workers));
    }

    /** Encodes tokens to those of the features that are active, see {@link SaeKernel#encode}. */
    public Encoded encode(Tokens tokens, int count) {
        Encoded encoded = sae.encode(tokens, count);
        Rows rows = encoded.rows();
        if (rows == null) {
            throw new IllegalStateException("no rows");
        }
        int[] indices = rows.indices();
        for (int at = 0; at < indices.length; at++) {
            indices[at] = features[indices[at]];
        }
        return encoded;
    }

    private static float[] chosen(float[] values, int[] features) {
        float[] chosen = new float[features.length];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = values[features[i]];
        }
        return chosen;
    }

    private static WeightMatrix columns(WeightMatrix encoder, int[] features, int width) {
        WeightType type = encoder.type();
        int rows = (int) encoder.rows();
        ByteBuffer packed = allocate((long) rows * width * type.bytes(), features.length);
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < features.length; i++) {
                type.put(packed, (row * width + i) * type.bytes(), encoder.get(row, features[i]));
            }
        }
        return WeightMatrix.of(type, rows, width, List.of(packed));
    }

    private static ByteBuffer allocate(long bytes, int features) {
        if (bytes > Integer.MAX_VALUE) {
            throw new SaeException(
                    SaeException.Reason.TOO_LARGE,
                    "The columns of " + features + " features take " + bytes
                            + " bytes, but those of a feature set must be"
                            + " less than 2 GiB: take fewer features, or encode all.");
        }
        try {
            return ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
        } catch (OutOfMemoryError e) {
            throw new SaeException(
                    SaeException.Reason.OUT_OF_MEMORY,
                    "There is no memory outside the heap for the columns of " + features + " features, " + bytes
                            + " bytes: start Java with a larger -XX:MaxDirectMemorySize, or take fewer features.",
                    e);
        }
    }

    /**
     * A rule for some of its features only, and for others that are never active.
     *
     * @param dSae how many with the others
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Chosen(BlockRule rule, int[] features, int dSae) implements BlockRule {

        @Override
        public float[] bias() {
            return Arrays.copyOf(chosen(rule.bias(), features), dSae);
        }

        @Override
        public List<float[]> parameters() {
            return List.of();
        }

        @Override
        public float value(int feature, float h) {
            return feature < features.length ? rule.value(features[feature], h) : 0;
        }

        @Override
        public float[] activeAbove() {
            float[] above = Arrays.copyOf(chosen(rule.activeAbove(), features), dSae);
            Arrays.fill(above, features.length, dSae, Float.POSITIVE_INFINITY);
            return above;
        }

        @Override
        public boolean keepsProducts() {
            return rule.keepsProducts();
        }

        @Override
        public boolean mayBeNegative() {
            return rule.mayBeNegative();
        }
    }
}
