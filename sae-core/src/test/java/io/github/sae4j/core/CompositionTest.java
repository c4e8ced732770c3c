package io.github.sae4j.core;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The parts that go with every rule: an input scale, matrices that lie transposed, and no decoder at all. */
class CompositionTest extends EachKernelTest {

    private static final float SCALE = 0.37f;

    private static TinySae tiny(WeightType type, boolean subtract) {
        return TinySae.of(TinySae.config(24, 1100, Normalization.NONE, Reshape.NONE, subtract), type);
    }

    static Stream<TinySae> everyRuleWithAndWithoutDecoderBiasInTheInput() {
        return Stream.of(PlainRule.values())
                .flatMap(rule -> Stream.of(true, false)
                        .map(subtract -> tiny(WeightType.BFLOAT16, subtract).withRule(rule)));
    }

    @ParameterizedTest
    @MethodSource("everyRuleWithAndWithoutDecoderBiasInTheInput")
    void scalesTheInputAsIfTheScaleWereFoldedIntoTheWeights(TinySae tiny) {
        float[][] activations = tiny.activations(6, 1);
        TinySae folded = tiny.withFolded(SCALE);
        float[] features = folded.expectedFeatures(activations);
        float[] reconstruction = folded.expectedReconstruction(activations);
        try (SparseAutoencoder sae = tiny.builder().normScalingFactor(SCALE).build();
                NDManager manager = sae.newManager()) {
            assertThat(sae.normScalingFactor()).isEqualTo(SCALE);
            NDArray x = manager.create(TinySae.flat(activations), new Shape(6, 24));
            NDArray dense = sae.encodeDense(x);
            assertThat(dense.toFloatArray()).is(closeTo(features));
            assertThat(TinySae.flat(sae.encode(activations).toDense())).isEqualTo(dense.toFloatArray());
            assertThat(sae.decode(dense).toFloatArray()).is(closeTo(reconstruction));
            assertThat(sae.decode(dense.add(1)).toFloatArray())
                    .is(closeTo(folded.expectedDecoding(activations, plusOne(features))));
            assertThat(sae.reconstruct(x).toFloatArray()).is(closeTo(reconstruction));
            assertThat(TinySae.flat(sae.reconstruct(activations))).is(closeTo(reconstruction));
        }
    }

    private static float[] plusOne(float[] values) {
        float[] more = values.clone();
        for (int i = 0; i < more.length; i++) {
            more[i]++;
        }
        return more;
    }

    @Test
    void refusesAScaleThatIsNoneOrGoesWithANormalisationOfEachToken() {
        for (double s : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> tiny(WeightType.FLOAT32, true)
                            .builder()
                            .normScalingFactor(s)
                            .build())
                    .isInstanceOf(SaeException.class)
                    .hasMessageContaining("must be finite and above 0, but is " + s);
        }
        TinySae normalising =
                TinySae.of(TinySae.config(24, 40, Normalization.LAYER_NORM, Reshape.NONE, true), WeightType.FLOAT32);
        assertThatThrownBy(() -> normalising.builder().normScalingFactor(2).build())
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("normalises each token (layer_norm)");
    }

    static Stream<TinySae> everyLayout() {
        return Stream.of(WeightType.values())
                .flatMap(type -> Stream.of(1, 5)
                        .flatMap(parts -> Stream.of(PlainRule.TOPK_BY_DECODER_NORM, PlainRule.GATED)
                                .flatMap(rule -> Stream.of(
                                        tiny(type, true)
                                                .withRule(rule)
                                                .inParts(parts)
                                                .lyingTransposed(true, true),
                                        tiny(type, true)
                                                .withRule(rule)
                                                .inParts(parts)
                                                .lyingTransposed(true, false),
                                        tiny(type, true)
                                                .withRule(rule)
                                                .inParts(parts)
                                                .lyingTransposed(false, true)))));
    }

    @ParameterizedTest
    @MethodSource("everyLayout")
    void readsMatricesThatLieTransposed(TinySae tiny) {
        float[][] activations = tiny.activations(6, 2);
        float[] features = tiny.expectedFeatures(activations);
        float[] reconstruction = tiny.expectedReconstruction(activations);
        try (SparseAutoencoder sae = tiny.open();
                NDManager manager = sae.newManager()) {
            NDArray x = manager.create(TinySae.flat(activations), new Shape(6, 24));
            NDArray dense = sae.encodeDense(x);
            SparseFeatures sparse = sae.encode(x);
            assertThat(dense.toFloatArray()).is(closeTo(features));
            assertThat(TinySae.flat(sparse.toDense())).isEqualTo(dense.toFloatArray());
            assertThat(sae.decode(sparse, manager).toFloatArray()).is(closeTo(reconstruction));
            assertThat(sae.decode(dense.add(1)).toFloatArray())
                    .is(closeTo(tiny.expectedDecoding(activations, plusOne(features))));
            assertThat(sae.weightLayout())
                    .isEqualTo((tiny.encoderTransposed() ? "W_enc [d_sae, d_in]" : "W_enc [d_in, d_sae]")
                            + (tiny.decoderTransposed() ? ", W_dec [d_out, d_sae]" : ", W_dec [d_sae, d_out]"));
        }
    }

    @ParameterizedTest
    @EnumSource(WeightType.class)
    void givesTheSameBitsBeforeAndAfterItCopiesATransposedDecoder(WeightType type) {
        TinySae tiny = tiny(type, true);
        long copy = kernel == Kernel.VECTOR ? tiny.wDec().length * (long) tiny.wDec()[0].length * type.bytes() : 0;
        for (int parts : new int[] {1, 5}) {
            // A collection may meanwhile free what other tests have left.
            long grown = growthInDecoding(tiny, parts);
            for (int attempt = 0; attempt < 20 && grown < copy; attempt++) {
                grown = growthInDecoding(tiny, parts);
            }
            switch (kernel) {
                case TORCHSCRIPT -> {}
                case VECTOR -> assertThat(grown).isGreaterThanOrEqualTo(copy);
                case PLAIN -> assertThat(grown).isLessThanOrEqualTo(0);
            }
        }
    }

    /** Decodes again and again, and returns by how much direct memory has grown. */
    private long growthInDecoding(TinySae tiny, int parts) {
        float[][] activations = tiny.activations(4, 6);
        try (SparseAutoencoder straight = tiny.open();
                SparseAutoencoder lying =
                        tiny.inParts(parts).lyingTransposed(false, true).open();
                NDManager manager = lying.newManager()) {
            NDManager root = manager.getParentManager();
            int arrays = root.getManagedArrays().size();
            long buffers = directBytes();
            SparseFeatures one = straight.encode(activations[0]).topK(100);
            float[] expected = lying.decode(one)[0];
            assertThat(expected).is(closeTo(straight.decode(one)[0]));
            assertThat(root.getManagedArrays().size()).isEqualTo(arrays);
            assertThat(directBytes()).isLessThanOrEqualTo(buffers);
            for (int round = 0; round < 4; round++) {
                assertThat(lying.decode(one)[0]).isEqualTo(expected);
            }
            if (kernel == Kernel.TORCHSCRIPT) {
                assertThat(root.getManagedArrays().size()).isGreaterThan(arrays);
            }
            return directBytes() - buffers;
        }
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    @ParameterizedTest
    @EnumSource(
            value = PlainRule.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"TOPK", "TOPK_KEEPING_NEGATIVE", "TOPK_BY_MAGNITUDE", "JUMPRELU_AT_MOST", "GROUP_MAX"})
    void foldsNormsOfADecoderThatLiesTransposed(PlainRule rule) {
        TinySae tiny = tiny(WeightType.FLOAT16, true).withRule(rule);
        float[][] activations = tiny.activations(3, 3);
        try (SparseAutoencoder straight = tiny.open();
                SparseAutoencoder folded = straight.foldDecoderNorms();
                SparseAutoencoder lying =
                        tiny.inParts(3).lyingTransposed(true, true).open();
                SparseAutoencoder lyingFolded = lying.foldDecoderNorms()) {
            assertThat(TinySae.flat(lyingFolded.encode(activations).toDense()))
                    .is(closeTo(TinySae.flat(folded.encode(activations).toDense())));
        }
    }

    @Test
    void encodesWithoutADecoderAndSaysWhyItDoesNotDecode() {
        String reason = "This layer's decoder writes to all later layers, so it has no reconstruction of its own.";
        TinySae tiny = TinySae.of(TinySae.transcoder(24, 100, 24, Normalization.NONE), WeightType.FLOAT32);
        float[][] activations = tiny.activations(3, 4);
        SaeBuilder builder = SparseAutoencoder.builder(tiny.config())
                .encoder(tiny.stored(tiny.wEnc()))
                .withoutDecoder(reason)
                .activation(Relu.of(tiny.bEnc()));
        try (SparseAutoencoder sae = builder.build();
                NDManager manager = sae.newManager()) {
            assertThat(sae.capabilities().has(SaeCapability.DECODE)).isFalse();
            assertThat(sae.weightLayout()).isEqualTo("W_enc [d_in, d_sae]");
            SparseFeatures features = sae.encode(activations);
            assertThat(TinySae.flat(features.toDense())).is(closeTo(tiny.expectedFeatures(activations)));
            NDArray x = manager.create(TinySae.flat(activations), new Shape(3, 24));
            NDArray dense = sae.encodeDense(x);
            assertThatThrownBy(() -> sae.decode(features)).hasMessage(reason);
            assertThatThrownBy(() -> sae.decode(features, manager)).hasMessage(reason);
            assertThatThrownBy(() -> sae.decode(dense)).hasMessage(reason);
            assertThatThrownBy(() -> sae.decode(dense, InverseTransform.identity()))
                    .hasMessage(reason);
            assertThatThrownBy(() -> sae.reconstruct(x)).hasMessage(reason);
            assertThatThrownBy(() -> sae.reconstruct(activations)).hasMessage(reason);
            assertThatThrownBy(() -> sae.reconstruct(activations[0])).hasMessage(reason);
            assertThatThrownBy(sae::foldDecoderNorms).hasMessage(reason);
        }
    }

    @Test
    void subtractsTheDecoderBiasWithoutADecoderToo() {
        TinySae tiny = TinySae.of(24, 100);
        float[][] activations = tiny.activations(3, 5);
        SaeBuilder builder = SparseAutoencoder.builder(tiny.config())
                .encoder(tiny.stored(tiny.wEnc()))
                .withoutDecoder("There is none.")
                .activation(Relu.of(tiny.bEnc()));
        assertThatThrownBy(builder::build).hasMessage("The SAE has no b_dec.");
        try (SparseAutoencoder sae = builder.decoderBias(tiny.bDec()).build()) {
            assertThat(TinySae.flat(sae.encode(activations).toDense())).is(closeTo(tiny.expectedFeatures(activations)));
        }
    }

    @Test
    void refusesADecoderBesideAReasonForNone() {
        TinySae tiny = TinySae.of(24, 100);
        assertThatThrownBy(() -> tiny.builder().withoutDecoder("There is none.").build())
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("is said to have no decoder");
        assertThatThrownBy(() -> SparseAutoencoder.builder(tiny.config())
                        .encoder(tiny.stored(tiny.wEnc()))
                        .decoderBias(tiny.bDec())
                        .withoutDecoder("There is none.")
                        .activation(TopK.of(3, tiny.bEnc()).rescaledByDecoderNorm())
                        .build())
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("rescales features by the norms");
    }
}
