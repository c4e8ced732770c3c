package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The strongest features of a token, where many are equal. All numbers here are small integers, so that sums are exact in
 * every order and equal features are equal to the bit.
 */
class StrongestTest extends EachKernelTest {

    private static final int D_IN = 6;
    private static final int D_SAE = 1300;

    private static TinySae integers(int dSae, float bias) {
        SplittableRandom random = new SplittableRandom(dSae);
        float[][] encoder = new float[D_IN][dSae];
        for (float[] row : encoder) {
            fill(row, random);
        }
        float[] biases = new float[dSae];
        Arrays.fill(biases, bias);
        return TinySae.of(TinySae.config(D_IN, dSae, Normalization.NONE, Reshape.NONE, false), WeightType.FLOAT32)
                .withEncoder(encoder, biases);
    }

    private static float[][] integerActivations(int tokens) {
        SplittableRandom random = new SplittableRandom(tokens);
        float[][] activations = new float[tokens][D_IN];
        for (float[] activation : activations) {
            fill(activation, random);
        }
        return activations;
    }

    private static void fill(float[] values, SplittableRandom random) {
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(-2, 3);
        }
    }

    /** Sorts all features of each token, which is what the kernels must not do. */
    private static float[] expected(TinySae tiny, float[][] activations, int k) {
        float[] all = new float[activations.length * tiny.config().dSae()];
        for (int token = 0; token < activations.length; token++) {
            double[] features = tiny.expected(activations[token]).features();
            double[] strongest = PlainRule.strongest(features, k);
            for (int i = 0; i < strongest.length; i++) {
                all[token * strongest.length + i] = (float) strongest[i];
            }
        }
        return all;
    }

    private static SparseAutoencoder open(TinySae tiny, int k) {
        return tiny.builder().activation(TopK.of(k, tiny.bEnc())).build();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 64, 511, 512, 513, 700, 1299, 1300})
    void takesTheLowerIndexAmongEqualsInEveryForm(int k) {
        TinySae tiny = integers(D_SAE, 1);
        for (int tokens : new int[] {1, 3, 40}) {
            float[][] activations = integerActivations(tokens);
            float[] expected = expected(tiny, activations, k);
            try (SparseAutoencoder sae = open(tiny, k);
                    NDManager manager = sae.newManager()) {
                assertThat(TinySae.flat(sae.encode(activations).toDense())).isEqualTo(expected);
                NDArray x = manager.create(TinySae.flat(activations), new Shape(tokens, D_IN));
                assertThat(sae.encodeDense(x).toFloatArray()).isEqualTo(expected);
                assertThat(TinySae.flat(sae.encode(x).toDense())).isEqualTo(expected);
            }
        }
    }

    /** Values are integers from about -20 to 20, so that many are equal and many are 0. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 512, 700, 900, 1299, 1300})
    void takesTheLowerIndexAmongEqualsOfAnySign(int k) {
        for (float bias : new float[] {1, -12}) {
            TinySae tiny = integers(D_SAE, bias);
            float[][] activations = integerActivations(40);
            double[][] h = new double[activations.length][D_SAE];
            for (int token = 0; token < h.length; token++) {
                for (int feature = 0; feature < D_SAE; feature++) {
                    h[token][feature] = bias;
                    for (int i = 0; i < D_IN; i++) {
                        h[token][feature] += activations[token][i] * tiny.wEnc()[i][feature];
                    }
                }
            }
            TopK rule = TopK.of(k, tiny.bEnc());
            assertEncodes(tiny, rule.keepingNegative(), activations, token -> PlainRule.strongest(h[token], k));
            assertEncodes(
                    tiny,
                    rule.byMagnitude(),
                    activations,
                    token -> PlainRule.strongest(h[token], k, i -> Math.abs(h[token][i])));
            double[][] above = new double[h.length][];
            Arrays.setAll(
                    above,
                    token -> Arrays.stream(h[token])
                            .map(value -> value > 2 ? value : 0)
                            .toArray());
            assertEncodes(
                    tiny,
                    JumpRelu.of(tiny.bEnc(), 2).atMost(k),
                    activations,
                    token -> PlainRule.strongest(above[token], k));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 13, 130, 650, 1300})
    void takesTheFirstAmongEqualsOfEachGroup(int groups) {
        TinySae tiny = integers(D_SAE, -3);
        float[][] activations = integerActivations(40);
        assertEncodes(
                tiny,
                GroupMax.of(groups, tiny.bEnc()),
                activations,
                token -> PlainRule.strongestOfGroups(
                        tiny.expected(activations[token]).features(), D_SAE / groups));
    }

    @Test
    void refusesGroupsOfDifferentSizes() {
        assertThatThrownBy(() -> GroupMax.of(3, new float[10]))
                .hasMessage("The number of groups must be at least 1 and divide d_sae = 10, but is 3.");
        TinySae tiny = integers(D_SAE, 1);
        try (SparseAutoencoder sae =
                tiny.builder().activation(GroupMax.of(13, tiny.bEnc())).build()) {
            assertThatThrownBy(sae::foldDecoderNorms)
                    .hasMessageContaining("it keeps the strongest feature of each group");
        }
    }

    private static void assertEncodes(
            TinySae tiny, BlockRule rule, float[][] activations, IntFunction<double[]> expected) {
        float[] all = new float[activations.length * D_SAE];
        for (int token = 0; token < activations.length; token++) {
            double[] features = expected.apply(token);
            for (int i = 0; i < D_SAE; i++) {
                all[token * D_SAE + i] = (float) features[i];
            }
        }
        try (SparseAutoencoder sae = tiny.builder().activation(rule).build();
                NDManager manager = sae.newManager()) {
            SparseFeatures features = sae.encode(activations);
            assertThat(TinySae.flat(features.toDense())).isEqualTo(all);
            for (int at = 0; at < features.activeCount(); at++) {
                assertThat(features.values().get(at)).isNotZero();
            }
            NDArray x = manager.create(TinySae.flat(activations), new Shape(activations.length, D_IN));
            assertThat(sae.encodeDense(x).toFloatArray()).isEqualTo(all);
            assertThat(TinySae.flat(sae.encode(x).toDense())).isEqualTo(all);
        }
    }

    @Test
    void takesTheSameInEveryChunk() {
        TinySae tiny = integers(600, 1);
        float[][] activations = integerActivations(2100);
        try (SparseAutoencoder sae = open(tiny, 9)) {
            SparseFeatures together = sae.encode(activations);
            assertThat(TinySae.flat(together.toDense())).isEqualTo(expected(tiny, activations, 9));
            for (int token : new int[] {0, 1023, 1024, 2099}) {
                assertThat(sae.encode(activations[token]).active(0)).isEqualTo(together.active(token));
            }
        }
    }

    @Test
    void takesTheSameFromEightThreads() throws Exception {
        TinySae tiny = integers(D_SAE, 1);
        float[][] activations = integerActivations(33);
        float[] expected = expected(tiny, activations, 20);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (SparseAutoencoder sae = open(tiny, 20)) {
            List<Callable<float[]>> calls = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                calls.add(() -> TinySae.flat(sae.encode(activations).toDense()));
            }
            for (Future<float[]> call : threads.invokeAll(calls)) {
                assertThat(call.get()).isEqualTo(expected);
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void leavesFewerThanKActiveWhereFewerAreAboveZero() {
        TinySae tiny = integers(D_SAE, -1000);
        try (SparseAutoencoder sae = open(tiny, 5)) {
            assertThat(sae.encode(integerActivations(3)).activeCount()).isZero();
        }
        TinySae oneAbove = integers(D_SAE, -1000);
        oneAbove.bEnc()[1234] = 1000;
        try (SparseAutoencoder sae = open(oneAbove, 5)) {
            SparseFeatures features = sae.encode(integerActivations(3));
            assertThat(features.activeCount()).isEqualTo(3);
            assertThat(features.value(2, 1234)).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void endsWithValuesThatAreNotFiniteToo(float bad) {
        TinySae tiny = integers(D_SAE, 1);
        float[][] activations = integerActivations(3);
        float[] expected = expected(tiny, activations, 5);
        activations[1][2] = bad;
        try (SparseAutoencoder sae = tiny.builder()
                .activation(TopK.of(5, tiny.bEnc()))
                .allowNonFinite(true)
                .build()) {
            SparseFeatures features = sae.encode(activations);
            assertThat(features.activeCount(1)).isEqualTo(5);
            assertThat(features.toDense()[0]).isEqualTo(Arrays.copyOf(expected, D_SAE));
            assertThat(features.toDense()[2]).isEqualTo(Arrays.copyOfRange(expected, 2 * D_SAE, 3 * D_SAE));
        }
    }

    @Test
    void neverActivatesAFeatureWithoutADecoderRowWhenItChoosesByNorms() {
        TinySae tiny = integers(D_SAE, 1);
        tiny.wDec()[0] = new float[D_IN];
        tiny.wDec()[700] = new float[D_IN];
        float[][] activations = integerActivations(40);
        for (int k : new int[] {700, D_SAE}) {
            BlockRule rule = TopK.of(k, tiny.bEnc()).chosenByDecoderNorm();
            try (SparseAutoencoder sae = tiny.builder().activation(rule).build();
                    SparseAutoencoder plain =
                            tiny.builder().activation(Relu.of(tiny.bEnc())).build()) {
                SparseFeatures features = sae.encode(activations);
                SparseFeatures all = plain.encode(activations);
                for (int token = 0; token < 40; token++) {
                    assertThat(features.value(token, 0)).isZero();
                    assertThat(features.value(token, 700)).isZero();
                    for (Feature feature : features.active(token)) {
                        assertThat(feature.value()).isEqualTo(all.value(token, feature.index()));
                    }
                }
            }
        }
    }

    @Test
    void neverActivatesAFeatureWithoutADecoderRowWhenItRescales() {
        TinySae tiny = integers(D_SAE, 1);
        tiny.wDec()[0] = new float[D_IN];
        tiny.wDec()[700] = new float[D_IN];
        float[][] activations = integerActivations(40);
        try (SparseAutoencoder sae = tiny.builder()
                .activation(TopK.of(D_SAE, tiny.bEnc()).rescaledByDecoderNorm())
                .build()) {
            SparseFeatures features = sae.encode(activations);
            for (int token = 0; token < 40; token++) {
                assertThat(features.value(token, 0)).isZero();
                assertThat(features.value(token, 700)).isZero();
            }
            SparseFeatures forced = SparseFeatures.of(
                    D_SAE,
                    new long[0],
                    new int[] {0, 1},
                    new int[] {700},
                    new float[] {3},
                    InverseTransform.identity());
            assertThat(sae.decode(forced)[0]).isEqualTo(tiny.bDec());
        }
    }
}
