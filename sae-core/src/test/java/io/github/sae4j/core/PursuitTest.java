package io.github.sae4j.core;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Matching pursuit, against the same steps in float64. */
class PursuitTest extends EachKernelTest {

    private static final int D_IN = 24;

    private static TinySae tiny(int dSae, WeightType type, Normalization normalization, boolean subtract) {
        return TinySae.of(TinySae.config(D_IN, dSae, normalization, Reshape.NONE, subtract), type);
    }

    static SaeBuilder builder(TinySae tiny, MatchingPursuit rule) {
        return EachKernelTest.withKernel(SparseAutoencoder.builder(tiny.config())
                .decoder(
                        tiny.decoderTransposed()
                                ? tiny.stored(TinySae.transpose(tiny.wDec())).transposed()
                                : tiny.stored(tiny.wDec()))
                .decoderBias(tiny.bDec())
                .activation(rule));
    }

    static Stream<TinySae> everyLayout() {
        return Stream.of(WeightType.values())
                .flatMap(type -> Stream.of(
                        tiny(1, type, Normalization.NONE, true),
                        tiny(1100, type, Normalization.LAYER_NORM, true),
                        tiny(1100, type, Normalization.NONE, false),
                        tiny(1100, type, Normalization.NONE, true).inParts(5),
                        tiny(1100, type, Normalization.NONE, true).lyingTransposed(false, true),
                        tiny(1100, type, Normalization.NONE, true).inParts(5).lyingTransposed(false, true)));
    }

    @ParameterizedTest
    @MethodSource("everyLayout")
    void takesTheStepsOfThePlainMaths(TinySae tiny) {
        agrees(tiny, MatchingPursuit.of(tiny.config().dSae()).maxIterations(9), 7);
    }

    @Test
    void endsAsItIsToldTo() {
        TinySae tiny = tiny(60, WeightType.FLOAT32, Normalization.NONE, true);
        MatchingPursuit rule = MatchingPursuit.of(60);
        agrees(tiny, rule.maxIterations(1), 3);
        agrees(tiny, rule.residualThreshold(0.2).maxIterations(Integer.MAX_VALUE), 3);
        agrees(tiny, rule.residualThreshold(0.9), 20);
        agrees(tiny, rule.residualThreshold(0).maxIterations(12), 3);
        agrees(tiny, rule.stopOnDuplicateSupport(false).maxIterations(40), 3);
        agrees(tiny, rule.stopOnDuplicateSupport(false).residualThreshold(-1).maxIterations(40), 3);
    }

    @Test
    void takesOneTokenAndMoreThanAChunk() {
        TinySae tiny = tiny(100, WeightType.BFLOAT16, Normalization.NONE, true);
        agrees(tiny, MatchingPursuit.of(100).maxIterations(5), 1);
        agrees(tiny, MatchingPursuit.of(100).maxIterations(5), 1025);
    }

    private static void agrees(TinySae tiny, MatchingPursuit rule, int tokens) {
        float[][] activations = tiny.activations(tokens, 1);
        float[] features = new float[tokens * tiny.config().dSae()];
        float[] reconstruction = new float[tokens * D_IN];
        for (int token = 0; token < tokens; token++) {
            pursue(tiny, rule, activations[token], token, features, reconstruction);
        }
        try (SparseAutoencoder sae = builder(tiny, rule).build();
                NDManager manager = sae.newManager()) {
            NDArray x = manager.create(TinySae.flat(activations), new Shape(tokens, D_IN));
            NDArray dense = sae.encodeDense(x);
            assertThat(dense.toFloatArray()).is(closeTo(features));
            SparseFeatures sparse = sae.encode(activations);
            assertThat(TinySae.flat(sparse.toDense())).isEqualTo(dense.toFloatArray());
            assertThat(sae.decode(dense, sae.inverseTransform(x)).toFloatArray())
                    .is(closeTo(reconstruction));
            assertThat(TinySae.flat(sae.decode(sparse))).is(closeTo(reconstruction));
            assertThat(sae.reconstruct(x).toFloatArray()).is(closeTo(reconstruction));
            assertThat(TinySae.flat(sae.reconstruct(activations))).is(closeTo(reconstruction));
        }
    }

    private static void pursue(
            TinySae tiny,
            MatchingPursuit rule,
            float[] activation,
            int token,
            float[] features,
            float[] reconstruction) {
        TinySae.Expected transformed = tiny.expected(activation);
        double[] residual = tiny.transformed(activation);
        double[] found = new double[tiny.config().dSae()];
        BitSet support = new BitSet();
        for (int step = 0; step < rule.iterations(D_IN); step++) {
            int best = 0;
            double value = 0;
            for (int feature = 0; feature < found.length; feature++) {
                double product = dot(residual, tiny.wDec()[feature]);
                if (product > value) {
                    best = feature;
                    value = product;
                }
            }
            found[best] += value;
            for (int i = 0; i < D_IN; i++) {
                residual[i] -= value * tiny.wDec()[best][i];
            }
            boolean duplicate = value == 0 || support.get(best);
            support.set(best, value != 0 || support.get(best));
            boolean small = rule.residualThreshold() > 0 && Math.sqrt(dot(residual)) < rule.residualThreshold();
            if (small || (duplicate && rule.stopsOnDuplicateSupport())) {
                break;
            }
        }
        double[] decoded = PlainRule.STANDARD.decoded(tiny, found);
        for (int i = 0; i < D_IN; i++) {
            double sum = decoded[i] + (tiny.config().applyBDecToInput() ? tiny.bDec()[i] : 0);
            reconstruction[token * D_IN + i] = (float) (sum * transformed.scale() + transformed.shift());
        }
        for (int feature = 0; feature < found.length; feature++) {
            features[token * found.length + feature] = (float) found[feature];
        }
    }

    private static double dot(double[] a) {
        return Arrays.stream(a).map(value -> value * value).sum();
    }

    private static double dot(double[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Test
    void findsMoreFeaturesThanItFirstHasRoomFor() {
        int dIn = 150;
        TinySae tiny =
                TinySae.of(TinySae.config(dIn, dIn, Normalization.NONE, Reshape.NONE, false), WeightType.FLOAT32);
        float[] activation = new float[dIn];
        for (int i = 0; i < dIn; i++) {
            Arrays.fill(tiny.wDec()[i], 0);
            tiny.wDec()[i][i] = 1;
            activation[i] = dIn - i;
        }
        try (SparseAutoencoder sae = builder(tiny, MatchingPursuit.of(dIn)).build()) {
            assertThat(sae.encode(activation).toDense()[0]).isEqualTo(activation);
            assertThat(sae.reconstruct(activation)).isEqualTo(activation);
        }
    }

    @Test
    void findsNothingInATokenThatPointsAwayFromAllFeatures() {
        TinySae tiny = tiny(3, WeightType.FLOAT32, Normalization.NONE, false);
        for (float[] row : tiny.wDec()) {
            Arrays.fill(row, 1);
        }
        float[] away = new float[D_IN];
        Arrays.fill(away, -1);
        try (SparseAutoencoder sae = builder(tiny, MatchingPursuit.of(3)).build()) {
            SparseFeatures features = sae.encode(new float[][] {away, new float[D_IN]});
            assertThat(features.activeCount()).isZero();
        }
    }

    @Test
    void endsWhereNoStepChangesAnythingAnyMore() {
        TinySae tiny = tiny(3, WeightType.FLOAT32, Normalization.NONE, false);
        for (float[] row : tiny.wDec()) {
            Arrays.fill(row, 0);
        }
        tiny.wDec()[2][5] = 1;
        float[] activation = new float[D_IN];
        activation[4] = 7;
        activation[5] = 3;
        MatchingPursuit endless = MatchingPursuit.of(3)
                .stopOnDuplicateSupport(false)
                .residualThreshold(0)
                .maxIterations(Integer.MAX_VALUE);
        float[] notANumber = activation.clone();
        notANumber[4] = Float.NaN;
        try (SparseAutoencoder sae = builder(tiny, endless).allowNonFinite(true).build()) {
            SparseFeatures features = sae.encode(new float[][] {activation, notANumber, new float[D_IN]});
            assertThat(features.active(0)).containsExactly(new Feature(2, 3));
            assertThat(features.active(1)).containsExactly(new Feature(0, Float.NaN));
            assertThat(features.active(2)).isEmpty();
        }
    }

    @Test
    void takesTheLowerIndexAmongEquals() {
        TinySae tiny = tiny(700, WeightType.FLOAT32, Normalization.NONE, false);
        for (float[] row : tiny.wDec()) {
            Arrays.fill(row, 0);
        }
        for (int feature : new int[] {13, 14, 600}) {
            tiny.wDec()[feature][2] = 1;
        }
        float[] activation = new float[D_IN];
        activation[2] = 3;
        try (SparseAutoencoder sae = builder(tiny, MatchingPursuit.of(700)).build()) {
            assertThat(sae.encode(activation).active(0)).containsExactly(new Feature(13, 3));
        }
    }

    @Test
    void endsWithValuesThatAreNotFinite() {
        TinySae tiny = tiny(700, WeightType.FLOAT32, Normalization.NONE, true);
        float[][] activations = tiny.activations(3, 1);
        activations[1][0] = Float.NaN;
        activations[2][0] = Float.POSITIVE_INFINITY;
        try (SparseAutoencoder sae =
                builder(tiny, MatchingPursuit.of(700)).allowNonFinite(true).build()) {
            SparseFeatures features = sae.encode(activations);
            assertThat(features.activeCount(0)).isPositive();
        }
    }

    @Test
    void ranksWhatIsNotANumberFirstInEveryBlock() {
        TinySae tiny = tiny(700, WeightType.FLOAT32, Normalization.NONE, false);
        float[] activation = new float[D_IN];
        activation[2] = Float.POSITIVE_INFINITY;
        for (int feature : new int[] {13, 600}) {
            float before = tiny.wDec()[feature][2];
            tiny.wDec()[feature][2] = 0;
            try (SparseAutoencoder sae =
                    builder(tiny, MatchingPursuit.of(700)).allowNonFinite(true).build()) {
                assertThat(sae.encode(activation).active(0))
                        .containsExactly(new Feature(0, Float.NaN), new Feature(feature, Float.NaN));
            }
            tiny.wDec()[feature][2] = before;
        }
    }

    @Test
    void refusesPartsThatItDoesNotUse() {
        TinySae tiny = tiny(3, WeightType.FLOAT32, Normalization.NONE, true);
        MatchingPursuit rule = MatchingPursuit.of(3);
        assertThatThrownBy(() ->
                        builder(tiny, rule).encoder(tiny.stored(tiny.wEnc())).build())
                .isInstanceOf(SaeException.class)
                .hasMessage("Matching pursuit encodes with W_dec, but the SAE has a W_enc.");
        assertThatThrownBy(() -> builder(tiny, rule).normScalingFactor(2).build())
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("no scale");
        try (SparseAutoencoder sae = builder(tiny, rule).build()) {
            assertThatThrownBy(sae::foldDecoderNorms)
                    .isInstanceOf(SaeException.class)
                    .hasMessageContaining("it would pick other features");
        }
    }
}
