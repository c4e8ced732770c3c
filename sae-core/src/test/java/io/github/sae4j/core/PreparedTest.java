package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A prepared encoder finds what the encoder finds, bit for bit. */
class PreparedTest {

    private static final int D_IN = 523;
    private static final int D_SAE = 1301;
    private static final int[] COUNTS = {1, 2, 3, 4, 5, 9, 64, 150};

    static Stream<TinySae> everyTypeRuleAndLayout() {
        return Stream.of(WeightType.values())
                .flatMap(type -> Stream.of(PlainRule.STANDARD, PlainRule.JUMPRELU, PlainRule.GATED, PlainRule.TOPK)
                        .map(rule -> TinySae.of(
                                        TinySae.config(D_IN, D_SAE, Normalization.LAYER_NORM, Reshape.NONE, true), type)
                                .withRule(rule)))
                .flatMap(tiny -> Stream.of(tiny, tiny.inParts(7), tiny.lyingTransposed(true, false)));
    }

    @ParameterizedTest
    @MethodSource("everyTypeRuleAndLayout")
    void findsTheSameBits(TinySae tiny) {
        float[][] activations = tiny.activations(COUNTS[COUNTS.length - 1], 1);
        try (SparseAutoencoder sae = tiny.builder().kernel(Kernel.VECTOR).build();
                SparseAutoencoder prepared =
                        tiny.builder().kernel(Kernel.VECTOR).prepared(true).build()) {
            for (int count : COUNTS) {
                float[][] some = Arrays.copyOf(activations, count);
                assertThat(prepared.encode(some)).as("%d tokens", count).isEqualTo(sae.encode(some));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everyTypeRuleAndLayout")
    void givesTheSameDenseBits(TinySae tiny) {
        float[][] activations = tiny.activations(COUNTS[COUNTS.length - 1], 4);
        Arrays.fill(activations[1], 0);
        activations[2][5] = Float.NaN;
        activations[4][6] = Float.NEGATIVE_INFINITY;
        activations[70][7] = 0x1p100f;
        try (SparseAutoencoder sae = tiny.builder()
                        .kernel(Kernel.VECTOR)
                        .allowNonFinite(true)
                        .build();
                SparseAutoencoder prepared = tiny.builder()
                        .kernel(Kernel.VECTOR)
                        .allowNonFinite(true)
                        .prepared(true)
                        .build();
                NDManager manager = sae.newManager()) {
            for (int count : COUNTS) {
                NDArray some = manager.create(Arrays.copyOf(activations, count));
                float[] dense = prepared.encodeDense(some).toFloatArray();
                // Zeros of either sign are told apart.
                assertThat(Arrays.mismatch(dense, sae.encodeDense(some).toFloatArray()))
                        .as("%d tokens: where dense results differ", count)
                        .isEqualTo(-1);
                assertThat(Arrays.mismatch(
                                dense, TinySae.flat(prepared.encode(some).toDense())))
                        .as("%d tokens: where dense and sparse results differ", count)
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void findsTheSameBitsWhereTokensAreOfAllSizes() {
        TinySae tiny =
                TinySae.of(TinySae.config(D_IN, D_SAE, Normalization.NONE, Reshape.NONE, true), WeightType.BFLOAT16);
        float[][] activations = tiny.activations(130, 2);
        Random random = new Random(3);
        for (int token = 0; token < activations.length; token++) {
            float size = (float) Math.pow(2, token - 65);
            for (int k = 0; k < D_IN; k++) {
                activations[token][k] *= size;
            }
            if (token % 3 == 0) {
                activations[token][random.nextInt(D_IN)] *= 1000;
            }
        }
        activations[7] = new float[D_IN];
        try (SparseAutoencoder sae = tiny.builder().kernel(Kernel.VECTOR).build();
                SparseAutoencoder prepared =
                        tiny.builder().kernel(Kernel.VECTOR).prepared(true).build()) {
            assertThat(prepared.encode(activations)).isEqualTo(sae.encode(activations));
            for (int token = 0; token < activations.length; token++) {
                float[][] one = {activations[token]};
                assertThat(prepared.encode(one)).as("token %d", token).isEqualTo(sae.encode(one));
            }
        }
    }

    /** A sum that has become infinite on its way stays so, whatever comes after. */
    @Test
    void findsSumsThatOverflowOnTheirWay() {
        int dSae = 64;
        float[][] weights = new float[2][dSae];
        Arrays.fill(weights[0], 0x1p59f);
        Arrays.fill(weights[1], -0x1.8p59f);
        float[] bias = new float[dSae];
        Arrays.fill(bias, Float.MAX_VALUE - 1e35f);
        float[][] activations = {{0x1p59f, 0x1p59f}};
        TinySae tiny = TinySae.of(TinySae.config(2, dSae, Normalization.NONE, Reshape.NONE, false), WeightType.FLOAT32);
        SaeBuilder builder = tiny.builder()
                .encoder(WeightMatrix.of(weights))
                .activation(JumpRelu.of(bias, bias))
                .kernel(Kernel.VECTOR)
                .allowNonFinite(true);
        try (SparseAutoencoder sae = builder.build();
                SparseAutoencoder prepared = builder.prepared(true).build()) {
            SparseFeatures expected = sae.encode(activations);
            assertThat(expected.values().get(0)).isInfinite();
            assertThat(prepared.encode(activations)).isEqualTo(expected);
        }
    }

    @Test
    void isRefusedWhereItWouldNotScreen() {
        TinySae tiny = TinySae.of(TinySae.config(8, 64, Normalization.NONE, Reshape.NONE, true), WeightType.FLOAT32);
        assertThatThrownBy(
                        () -> tiny.builder().kernel(Kernel.PLAIN).prepared(true).build())
                .isInstanceOf(SaeException.class)
                .hasMessage("This SAE cannot be prepared: it runs on the plain kernel, and only the vector kernel has a"
                        + " screen.");
    }
}
