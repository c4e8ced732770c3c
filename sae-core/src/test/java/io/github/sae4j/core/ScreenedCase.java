package io.github.sae4j.core;

import io.github.sae4j.core.internal.host.HostSae;
import io.github.sae4j.core.internal.host.KernelParts;
import io.github.sae4j.core.internal.host.PreparedEncoder;
import io.github.sae4j.core.internal.host.Rows;
import io.github.sae4j.core.internal.host.Workers;
import io.github.sae4j.core.internal.vector.VectorKernels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * An SAE and activations that come of a seed, made to have sums where a bound that is too small would miss a feature: at
 * what they must be above, in the direction in which 8 bits are off, of all sizes.
 */
final class ScreenedCase {

    private static final int D_OUT = 3;
    private static final int MOST_INPUTS = 700;
    private static final int MOST_FEATURES = 3000;

    private final SplittableRandom random;
    private final int dIn;
    private final int dSae;
    private final WeightType type;
    private final boolean transformed;
    private final boolean hasNonFinite;
    private final float[][] weights;
    private final float[][] x;
    private final boolean fold;
    private final KernelParts parts;
    private String rule = "";
    private boolean isSparse;

    ScreenedCase(long seed) {
        random = new SplittableRandom(seed);
        dIn = 1 + (random.nextInt(4) == 0 ? random.nextInt(40) : random.nextInt(MOST_INPUTS));
        dSae = 1 + (random.nextInt(8) == 0 ? random.nextInt(40) : random.nextInt(MOST_FEATURES));
        type = oneOf(List.of(WeightType.values()));
        transformed = random.nextInt(4) == 0;
        hasNonFinite = random.nextInt(8) == 0;
        weights = weights();
        x = activations(130 + random.nextInt(60));
        Activation activation = activation(random.nextInt(8));
        fold = activation instanceof BlockRule block
                && block.mostActive() == dSae
                && block.groups() == dSae
                && random.nextInt(3) == 0;
        parts = parts(activation);
    }

    private KernelParts parts(Activation activation) {
        SaeConfig config = SaeConfig.builder(SaeArchitecture.TRANSCODER, dIn, dSae)
                .dOut(D_OUT)
                .normalization(transformed ? oneOf(List.of(Normalization.values())) : Normalization.NONE)
                .build();
        boolean hasAffine = transformed && random.nextInt(2) == 0;
        return new KernelParts(
                config,
                encoder(),
                WeightMatrix.of(rows(dSae, D_OUT)),
                new float[D_OUT],
                null,
                activation,
                null,
                transformed && !hasAffine ? 0.37 : 1,
                hasAffine ? new InputAffine(rows(1, dIn)[0], rows(1, dIn)[0]) : null,
                null,
                false,
                null);
    }

    private <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    KernelParts parts() {
        return parts;
    }

    int tokens() {
        return x.length;
    }

    /** Returns whether the rule is a threshold that few sums of a token exceed, of many of its tokens at least. */
    boolean isSparse() {
        return isSparse;
    }

    int dSae() {
        return dSae;
    }

    /** Opens the SAE on the vector kernel, with what it is screened by, if anything. */
    HostSae open(KernelParts with, Workers workers) {
        return HostSae.open(with, new VectorKernels(), workers, fold);
    }

    /** Returns the active features of some tokens. */
    Rows encode(HostSae sae, int from, int count) {
        return Objects.requireNonNull(
                sae.encode(
                                (first, end, to) -> {
                                    for (int token = first; token < end; token++) {
                                        System.arraycopy(x[from + token], 0, to, (token - first) * dIn, dIn);
                                    }
                                },
                                count)
                        .rows(),
                "rows");
    }

    @Override
    public String toString() {
        return rule + ", d_in " + dIn + ", d_sae " + dSae + ", " + type + ", "
                + (parts.encoder().isTransposed() ? "lying transposed" : "as it is") + (fold ? ", folded" : "")
                + (transformed ? ", transformed" : "") + (hasNonFinite ? ", with NaN and infinity" : "");
    }

    private float[][] rows(int rows, int columns) {
        return TinySae.matrix(random, rows, columns, WeightType.FLOAT32);
    }

    /** Feature by feature, as the type holds them: some of zeros, some alike, some with an outlier, some large or small. */
    private float[][] weights() {
        ByteBuffer number = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int range = type == WeightType.FLOAT16 ? 9 : 50;
        float[][] features = rows(dSae, dIn);
        for (int feature = 0; feature < dSae; feature++) {
            float[] row = features[feature];
            int kind = random.nextInt(20);
            float size = kind < 3 ? (float) Math.pow(2, random.nextInt(-range, range + 1)) : 1;
            if (kind < 6 && feature > 0) {
                features[feature] = features[random.nextInt(feature)].clone();
                continue;
            }
            for (int k = 0; k < dIn; k++) {
                type.put(number, 0, kind == 6 ? 0 : row[k] * size);
                row[k] = type.get(number, 0);
            }
            if (kind == 7) {
                row[random.nextInt(dIn)] = 64;
            } else if (kind == 8 && hasNonFinite) {
                row[random.nextInt(dIn)] = random.nextBoolean() ? Float.NaN : Float.NEGATIVE_INFINITY;
            }
        }
        return features;
    }

    private WeightMatrix encoder() {
        boolean transposed = random.nextBoolean();
        int rows = transposed ? dSae : dIn;
        int columns = transposed ? dIn : dSae;
        int step = Math.max(1, rows / (1 + random.nextInt(3)));
        List<ByteBuffer> buffers = new ArrayList<>();
        for (int first = 0; first < rows; first += step) {
            int count = Math.min(step, rows - first);
            ByteBuffer buffer =
                    ByteBuffer.allocateDirect(count * columns * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at < count * columns; at++) {
                int row = first + at / columns;
                int column = at % columns;
                type.put(buffer, at * type.bytes(), transposed ? weights[row][column] : weights[column][row]);
            }
            buffers.add(buffer);
        }
        WeightMatrix matrix = WeightMatrix.of(type, rows, columns, buffers);
        return transposed ? matrix.transposed() : matrix;
    }

    private float[][] activations(int tokens) {
        float[][] all = rows(tokens, dIn);
        for (float[] token : all) {
            switch (random.nextInt(8)) {
                case 0 -> addFeatures(token);
                case 1 -> System.arraycopy(lostBy8Bits(weights[random.nextInt(dSae)]), 0, token, 0, dIn);
                case 2 -> token[random.nextInt(dIn)] *= 1000;
                case 3 -> multiply(token, (float) Math.pow(2, random.nextInt(-60, 61)));
                case 4 -> special(token);
                default -> multiply(token, (float) Math.sqrt(dIn));
            }
        }
        return all;
    }

    private static void multiply(float[] values, float factor) {
        for (int k = 0; k < values.length; k++) {
            values[k] *= factor;
        }
    }

    private void addFeatures(float[] token) {
        multiply(token, 0.1f);
        for (int i = 0; i < 5; i++) {
            float[] feature = weights[random.nextInt(dSae)];
            float size = random.nextInt(-3, 4);
            for (int k = 0; k < dIn; k++) {
                token[k] += Float.isFinite(feature[k]) ? size * feature[k] : 0;
            }
        }
    }

    /** Returns the direction in which a feature's products are off most. */
    private float[] lostBy8Bits(float[] feature) {
        float largest = 0;
        for (float weight : feature) {
            largest = Math.max(largest, Math.abs(weight));
        }
        float step = largest / (random.nextInt(4) == 0 ? PreparedEncoder.LARGEST / 2 + 1 : PreparedEncoder.LARGEST);
        float[] lost = new float[dIn];
        float size = random.nextBoolean() ? 1000 : -1000;
        for (int k = 0; k < dIn; k++) {
            float off = feature[k] - step * Math.round(feature[k] / step);
            lost[k] = Float.isFinite(off) ? size * off : 0;
        }
        return lost;
    }

    private void special(float[] token) {
        switch (random.nextInt(hasNonFinite ? 6 : 4)) {
            case 0 -> Arrays.fill(token, 0);
            case 1 -> multiply(token, 0x1p-140f);
            case 2 -> multiply(token, 0x1p70f);
            case 3 -> Arrays.fill(token, 1, dIn, 0);
            case 4 -> token[random.nextInt(dIn)] = Float.NaN;
            default -> token[random.nextInt(dIn)] = Float.POSITIVE_INFINITY;
        }
    }

    private Activation activation(int kind) {
        float[] bias = rows(1, dSae)[0];
        int groups = groups();
        List<float[]> alike = random.nextInt(4) == 0 ? List.of() : ofOneSize();
        isSparse = kind < 4 && kind != 2 && !alike.isEmpty();
        rule = List.of(
                        "relu",
                        "jumprelu",
                        "jumprelu keeping negative",
                        "gated",
                        "top-k",
                        "jumprelu at most",
                        "group max",
                        "top-k of ties")
                .get(kind);
        int k = Math.max(1, Math.min(dSae - 1, 1 + random.nextInt(60)));
        return switch (kind) {
            case 0 -> Relu.of(cancelling(bias, alike));
            case 1 -> JumpRelu.of(bias, thresholds(bias, alike, false));
            case 2 -> JumpRelu.of(bias, thresholds(bias, alike, true)).keepingNegative();
            case 3 -> Gated.of(cancelling(bias, alike), rows(1, dSae)[0], rows(1, dSae)[0]);
            case 4 -> TopK.of(k, bias);
            case 5 -> JumpRelu.of(bias, thresholds(bias, alike, false)).atMost(k);
            case 6 -> GroupMax.of(groups, cancelling(bias, alike));
            default -> TopK.of(k, new float[dSae]);
        };
    }

    private int groups() {
        int size = 2 + random.nextInt(6);
        while (dSae % size != 0) {
            size--;
        }
        return dSae / size;
    }

    /** Returns tokens of about the same norm as some token. */
    private List<float[]> ofOneSize() {
        double norm = norm(x[random.nextInt(x.length)]);
        return Arrays.stream(x)
                .filter(token -> norm(token) >= norm / 4 && norm(token) <= norm * 4)
                .toList();
    }

    private static double norm(float[] token) {
        double squares = 0;
        for (float value : token) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }

    /**
     * Returns a sum of a feature: of some token, or if there are tokens alike one that few of those exceed, so that few features
     * of each are active and the others have to be told from them.
     */
    private float sum(int feature, float bias, List<float[]> alike) {
        if (alike.isEmpty()) {
            return sum(x[random.nextInt(x.length)], feature, bias);
        }
        float[] sums = new float[alike.size()];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = sum(alike.get(i), feature, bias);
        }
        Arrays.sort(sums);
        return sums[sums.length - 1 - random.nextInt(1 + sums.length / 30)];
    }

    /** Returns a sum as kernels add it up. */
    private float sum(float[] token, int feature, float bias) {
        float sum = bias;
        for (int k = 0; k < dIn; k++) {
            sum = Math.fma(token[k], weights[feature][k], sum);
        }
        return Float.isFinite(sum) ? sum : 1;
    }

    private float beside(float value) {
        return switch (random.nextInt(3)) {
            case 0 -> value;
            case 1 -> Math.nextUp(value);
            default -> Math.nextDown(value);
        };
    }

    /** Returns biases with which many sums of some token are 0 but for their roundings, or as they are. */
    private float[] cancelling(float[] bias, List<float[]> alike) {
        float[] cancelling = bias.clone();
        for (int feature = 0; feature < dSae; feature++) {
            if (!alike.isEmpty() || random.nextInt(3) > 0) {
                cancelling[feature] = beside(-sum(feature, 0, alike));
            }
        }
        return cancelling;
    }

    /** Returns thresholds, most of which are what some sum is, or the next number to it. */
    private float[] thresholds(float[] bias, List<float[]> alike, boolean keepsNegative) {
        float[] thresholds = new float[dSae];
        for (int feature = 0; feature < dSae; feature++) {
            float ofASum = beside(sum(feature, bias[feature], alike));
            if (!alike.isEmpty()) {
                thresholds[feature] = ofASum;
                continue;
            }
            thresholds[feature] = switch (random.nextInt(keepsNegative ? 60 : 40)) {
                case 0, 1, 2, 3 -> -0.1f;
                case 4, 5, 6, 7 -> 0.3f;
                case 40 -> Float.NEGATIVE_INFINITY;
                case 41 -> Float.POSITIVE_INFINITY;
                default -> ofASum;
            };
        }
        return thresholds;
    }
}
