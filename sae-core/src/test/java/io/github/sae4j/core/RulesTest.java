package io.github.sae4j.core;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule gives what its formula says, through every way in and out. */
class RulesTest extends EachKernelTest {

    static Stream<TinySae> everyRuleInEveryType() {
        return Stream.of(PlainRule.values())
                .flatMap(rule -> Stream.of(WeightType.values())
                        .flatMap(type -> Stream.of(
                                // One feature, one short block, and blocks of which the last is short.
                                tiny(24, 1, type, Normalization.NONE).withRule(rule),
                                tiny(24, 100, type, Normalization.LAYER_NORM).withRule(rule),
                                tiny(24, 1100, type, Normalization.NONE).withRule(rule))));
    }

    private static TinySae tiny(int dIn, int dSae, WeightType type, Normalization normalization) {
        return TinySae.of(TinySae.config(dIn, dSae, normalization, Reshape.NONE, true), type);
    }

    @ParameterizedTest
    @MethodSource("everyRuleInEveryType")
    void agreesWithThePlainMathsInEveryForm(TinySae tiny) {
        // Twice more tokens than a chunk holds would take the plain maths long; one more than a chunk is enough.
        for (int tokens : new int[] {1, 7, tiny.config().dSae() == 100 ? 1025 : 2}) {
            float[][] activations = tiny.activations(tokens, tokens);
            float[] features = tiny.expectedFeatures(activations);
            float[] reconstruction = tiny.expectedReconstruction(activations);
            try (SparseAutoencoder sae = tiny.open();
                    NDManager manager = sae.newManager()) {
                SparseFeatures sparse = sae.encode(activations);
                assertThat(TinySae.flat(sparse.toDense())).is(closeTo(features));
                assertThat(TinySae.flat(sae.decode(sparse))).is(closeTo(reconstruction));
                assertThat(TinySae.flat(sae.reconstruct(activations))).is(closeTo(reconstruction));
                assertThat(sae.encode(activations[0]).toDense()[0])
                        .is(closeTo(Arrays.copyOf(features, tiny.config().dSae())));

                NDArray x = manager.create(TinySae.flat(activations), new Shape(tokens, 24));
                NDArray dense = sae.encodeDense(x);
                assertThat(dense.toFloatArray())
                        .isEqualTo(TinySae.flat(sae.encode(x).toDense()));
                assertThat(dense.toFloatArray()).is(closeTo(features));
                assertThat(sae.decode(dense, sae.inverseTransform(x)).toFloatArray())
                        .is(closeTo(reconstruction));
                assertThat(sae.reconstruct(x).toFloatArray()).is(closeTo(reconstruction));

                NDArray most = dense.add(0.5f);
                float[] shifted = most.toFloatArray();
                assertThat(sae.decode(most, sae.inverseTransform(x)).toFloatArray())
                        .is(closeTo(tiny.expectedDecoding(activations, shifted)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everyRuleInEveryType")
    void takesTheStrongestOfItsFeaturesFromTheSparseForm(TinySae tiny) {
        float[][] activations = tiny.activations(5, 3);
        try (SparseAutoencoder sae = tiny.open()) {
            SparseFeatures features = sae.encode(activations);
            SparseFeatures three = features.topK(3);
            for (int token = 0; token < 5; token++) {
                assertThat(three.top(token, 3)).isEqualTo(features.top(token, 3));
                assertThat(three.activeCount(token)).isEqualTo(Math.min(3, features.activeCount(token)));
            }
        }
    }

    /** An encoder that is the identity, so that the products are the activations to the bit. */
    @ParameterizedTest
    @MethodSource("everyRuleInEveryType")
    void givesTheSameInPlainJava(TinySae tiny) {
        int dSae = Math.min(tiny.config().dSae(), 100);
        TinySae square = TinySae.of(TinySae.config(dSae, dSae, Normalization.NONE, Reshape.NONE, false), tiny.type())
                .withRule(tiny.rule());
        TinySae identity = square.withEncoder(identity(dSae), new float[dSae]);
        BlockRule rule = (BlockRule) identity.rule().activation(identity);
        boolean keepsAll = rule.mostActive() == dSae && rule.groups() == dSae;
        float[] activation = identity.activations(1, 8)[0];
        activation[0] = Float.NaN;
        try (SparseAutoencoder sae = identity.builder().allowNonFinite(true).build()) {
            // A single NaN makes every product NaN, as 0 * NaN is.
            for (float value : sae.encode(activation).toDense()[0]) {
                if (keepsAll) {
                    assertThat(value).isNaN();
                }
            }
            assertThat(rule.value(0, Float.NaN)).isNaN();
            activation[0] = -0.25f;
            float[] features = sae.encode(activation).toDense()[0];
            if (!rule.rescalesByDecoderNorm() && keepsAll) {
                for (int feature = 0; feature < dSae; feature++) {
                    assertThat(features[feature])
                            .isEqualTo(rule.value(feature, activation[feature] + rule.bias()[feature]));
                }
            }
        }
    }

    private static float[][] identity(int size) {
        float[][] rows = new float[size][size];
        for (int i = 0; i < size; i++) {
            rows[i][i] = 1;
        }
        return rows;
    }

    @Test
    void keepsAFeatureAtItsThresholdInactive() {
        float[] activation = {0.5f, 0.5f, 0.5f, -0.5f, -0.5f};
        float[] threshold = {0.5f, Math.nextDown(0.5f), Math.nextUp(0.5f), -1, -0.25f};
        TinySae tiny = TinySae.of(TinySae.config(5, 5, Normalization.NONE, Reshape.NONE, false), WeightType.FLOAT32)
                .withEncoder(identity(5), new float[5]);
        try (SparseAutoencoder sae =
                tiny.builder().activation(JumpRelu.of(new float[5], threshold)).build()) {
            assertThat(sae.encode(activation).toDense()[0]).containsExactly(0, 0.5f, 0, 0, 0);
        }
        try (SparseAutoencoder sae =
                tiny.builder().activation(JumpRelu.of(new float[5], 0.5f)).build()) {
            assertThat(sae.encode(activation).activeCount()).isZero();
        }
    }

    @Test
    void letsNegativeValuesThroughAboveAThresholdBelowZero() {
        float[] activation = {0.5f, -0.5f, -0.5f, -1, 0};
        float[] threshold = {0.5f, -1, Math.nextDown(-0.5f), -1, -1};
        TinySae tiny = TinySae.of(TinySae.config(5, 5, Normalization.NONE, Reshape.NONE, false), WeightType.FLOAT32)
                .withEncoder(identity(5), new float[5]);
        JumpRelu rule = JumpRelu.of(new float[5], threshold).keepingNegative();
        try (SparseAutoencoder sae = tiny.builder().activation(rule).build()) {
            SparseFeatures features = sae.encode(activation);
            assertThat(features.toDense()[0]).containsExactly(0, -0.5f, -0.5f, 0, 0);
            assertThat(features.activeCount()).isEqualTo(2);
        }
    }

    @Test
    void refusesRulesThatAreTwoThingsAtOnce() {
        assertThatThrownBy(() -> TopK.of(1, new float[3]).keepingNegative().rescaledByDecoderNorm())
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("not two of these at once.");
        assertThatThrownBy(() -> JumpRelu.of(new float[3], 0).atMost(2).keepingNegative())
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("nobody has said which are the strongest");
        assertThatThrownBy(() -> JumpRelu.of(new float[3], 0).atMost(0))
                .hasMessage("The number of features that stay active must be at least 1, but is 0.");
    }

    @Test
    void opensAGateByTheProductAndItsOwnBiasAlone() {
        float[] activation = {0.5f, 0.5f, 0.5f, 0};
        float[] gateBias = {-0.5f, Math.nextUp(-0.5f), 1, 1};
        float[] magnitudeBias = {5, 0, -2, 2};
        TinySae tiny = TinySae.of(TinySae.config(4, 4, Normalization.NONE, Reshape.NONE, false), WeightType.FLOAT32)
                .withEncoder(identity(4), new float[4]);
        try (SparseAutoencoder sae = tiny.builder()
                .activation(Gated.of(gateBias, magnitudeBias, new float[4]))
                .build()) {
            assertThat(sae.encode(activation).toDense()[0]).containsExactly(0, 0.5f, 0, 2);
        }
    }

    /** A factor of 0 does not make 0 of an infinite one, so that users see where numbers got out of hand. */
    @Test
    void letsInfinityThroughWhereItsFormulaDoes() {
        float infinity = Float.POSITIVE_INFINITY;
        // Gains of e^100 and e^-200 are infinite and 0 in float32.
        Gated gated = Gated.of(new float[] {-1, -1, 1}, new float[] {0, 1, 0}, new float[] {100, 0, -200});
        for (BlockRule rule : List.of(JumpRelu.of(new float[3], new float[] {infinity, 1, 0}), gated)) {
            TinySae tiny = TinySae.of(TinySae.config(1, 3, Normalization.NONE, Reshape.NONE, false), WeightType.FLOAT32)
                    .withEncoder(new float[][] {{1, 1, 1}}, new float[3]);
            try (SparseAutoencoder sae =
                    tiny.builder().activation(rule).allowNonFinite(true).build()) {
                for (float h : new float[] {infinity, 0.5f, 2, Float.MAX_VALUE, -infinity}) {
                    float[] features = sae.encode(new float[] {h}).toDense()[0];
                    for (int feature = 0; feature < 3; feature++) {
                        Float expected = rule.value(feature, h);
                        assertThat(features[feature])
                                .as("feature %d of %s", feature, h)
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }

    @Test
    void takesARuleThatAUserWrote() {
        TinySae tiny = TinySae.of(16, 40);
        float[][] activations = tiny.activations(3, 1);
        float[] expected = tiny.expectedFeatures(activations);
        for (int i = 0; i < expected.length; i++) {
            expected[i] *= expected[i];
        }
        for (BlockRule squared : List.of(new Squared(tiny.bEnc()), new SquaredAboveZero(tiny.bEnc(), 40))) {
            try (SparseAutoencoder sae = tiny.builder().activation(squared).build()) {
                assertThat(TinySae.flat(sae.encode(activations).toDense())).is(closeTo(expected));
            }
        }
    }

    @Test
    void refusesARuleWhoseBoundsAreNotForEveryFeature() {
        TinySae tiny = TinySae.of(16, 40);
        assertThatThrownBy(() -> tiny.builder()
                        .activation(new SquaredAboveZero(tiny.bEnc(), 39))
                        .build())
                .hasMessage("activeAbove of the activation rule is for 39 values, but must be for d_sae = 40.");
    }

    @Test
    void refusesARuleThatTakesTheLargestOfValuesBelowZeroAndSaysWhatProductsMustBeAbove() {
        TinySae tiny = TinySae.of(16, 40);
        BlockRule rule = new SquaredAboveZero(tiny.bEnc(), 40) {
            @Override
            public boolean mayBeNegative() {
                return true;
            }

            @Override
            public int mostActive() {
                return 3;
            }
        };
        assertThatThrownBy(() -> tiny.builder().activation(rule).build())
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("there can be no number that a product must be above");
    }

    /** A rule with no more than it needs. */
    private static class Squared implements BlockRule {

        private final float[] bias;

        private Squared(float[] bias) {
            this.bias = bias;
        }

        @Override
        public int dSae() {
            return bias.length;
        }

        @Override
        public float[] bias() {
            return bias;
        }

        @Override
        public List<float[]> parameters() {
            return List.of();
        }

        @Override
        public Optional<String> torchScript() {
            return Optional.of("torch.pow(torch.relu_(h), 2)");
        }

        @Override
        public float value(int feature, float h) {
            return Math.max(h, 0) * Math.max(h, 0);
        }
    }

    /** The same, which says when a feature can be active. */
    private static class SquaredAboveZero extends Squared {

        private final int bounds;

        private SquaredAboveZero(float[] bias, int bounds) {
            super(bias);
            this.bounds = bounds;
        }

        @Override
        public float[] activeAbove() {
            return new float[bounds];
        }
    }

    @Test
    void refusesParametersOfOtherLengths() {
        assertThatThrownBy(() -> JumpRelu.of(new float[3], new float[2]))
                .hasMessage("threshold has 2 values, but bias has 3.");
        assertThatThrownBy(() -> Gated.of(new float[3], new float[2], new float[3]))
                .hasMessage("magnitudeBias has 2 values, but gateBias has 3.");
        assertThatThrownBy(() -> TopK.of(4, new float[3])).hasMessage("k must be from 1 to d_sae = 3, but is 4.");
    }
}
