package io.github.sae4j.core;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Some features of an SAE come out as they do among all of them. */
class FeatureSetTest extends EachKernelTest {

    private static final int D_IN = 50;
    private static final int D_SAE = 300;
    private static final int[] FEATURES = {299, 0, 17, 16, 31, 32, 33, 64, 150, 151, 0, 77};

    @ParameterizedTest
    @EnumSource(
            value = PlainRule.class,
            names = {"STANDARD", "JUMPRELU", "JUMPRELU_KEEPING_NEGATIVE", "GATED"})
    void haveTheBitsThatTheyHaveAmongAll(PlainRule rule) {
        for (WeightType type : WeightType.values()) {
            TinySae tiny = TinySae.of(TinySae.config(D_IN, D_SAE, Normalization.LAYER_NORM, Reshape.NONE, true), type)
                    .withRule(rule);
            agree(tiny);
            agree(tiny.inParts(3));
            agree(tiny.lyingTransposed(true, false));
        }
    }

    private void agree(TinySae tiny) {
        float[][] x = tiny.activations(9, 2);
        try (SparseAutoencoder sae = tiny.open();
                SparseAutoencoder folded = sae.foldDecoderNorms()) {
            for (SparseAutoencoder each : new SparseAutoencoder[] {sae, folded}) {
                FeatureSet set = each.featureSet(FEATURES);
                SparseFeatures all = each.encode(x);
                SparseFeatures expected = all.edit(
                        (token, feature, value) -> Arrays.binarySearch(set.features(), feature) < 0 ? 0 : value);
                SparseFeatures some = each.encode(x, set);
                if (kernel == Kernel.TORCHSCRIPT) {
                    assertThat(TinySae.flat(some.toDense())).is(closeTo(TinySae.flat(expected.toDense())));
                } else {
                    assertThat(some).isEqualTo(expected);
                    for (int token = 0; token < x.length; token++) {
                        assertThat(each.encode(x[token], set).active(0)).isEqualTo(expected.active(token));
                    }
                }
                assertThat(each.encode(new float[0][], set).tokens()).isZero();
            }
        }
    }

    @Test
    void areNamedInOrderAndOnce() {
        try (SparseAutoencoder sae = TinySae.of(D_IN, D_SAE).open()) {
            FeatureSet set = sae.featureSet(FEATURES);
            assertThat(set.features()).containsExactly(0, 16, 17, 31, 32, 33, 64, 77, 150, 151, 299);
            assertThat(set.size()).isEqualTo(11);
        }
    }

    @Test
    void areRefusedWhereTheyDependOnOthers() {
        for (PlainRule rule : new PlainRule[] {PlainRule.TOPK, PlainRule.TOPK_BY_MAGNITUDE, PlainRule.GROUP_MAX}) {
            try (SparseAutoencoder sae = TinySae.of(D_IN, D_SAE).withRule(rule).open()) {
                assertThatThrownBy(() -> sae.featureSet(1))
                        .isInstanceOfSatisfying(
                                SaeException.class,
                                e -> assertThat(e.reason()).isEqualTo(SaeException.Reason.NOT_SUPPORTED))
                        .hasMessageStartingWith("Some features of this SAE cannot be encoded alone: it keeps the ");
            }
        }
    }

    @Test
    void areRefusedWhereTheirColumnsFillMoreThanABuffer() {
        int dIn = 1 << 14;
        int dSae = 1 << 15;
        // Pages of zeros that nobody writes take no memory.
        WeightMatrix encoder = WeightMatrix.of(
                WeightType.FLOAT32,
                dIn,
                dSae,
                Collections.nCopies(16, ByteBuffer.allocateDirect(dIn / 16 * dSae * Float.BYTES)));
        SaeBuilder builder = SparseAutoencoder.builder(
                        SaeConfig.builder(SaeArchitecture.STANDARD, dIn, dSae).build())
                .encoder(encoder.takenAsFinite())
                .withoutDecoder("none is needed")
                .activation(Relu.of(new float[dSae]))
                .kernel(kernel);
        try (SparseAutoencoder sae = builder.build()) {
            assertThatThrownBy(() -> sae.featureSet(IntStream.range(0, dSae).toArray()))
                    .isInstanceOfSatisfying(
                            SaeException.class, e -> assertThat(e.reason()).isEqualTo(SaeException.Reason.TOO_LARGE))
                    .hasMessage(
                            "The columns of 32768 features take 2147483648 bytes, but those of a feature set must be less"
                                    + " than 2 GiB: take fewer features, or encode all.");
        }
    }

    @Test
    void areThoseOfTheSaeThatMadeThem() {
        SparseAutoencoder sae = TinySae.of(D_IN, D_SAE).open();
        try (SparseAutoencoder other = TinySae.of(D_IN, D_SAE).open()) {
            FeatureSet set = sae.featureSet(1);
            assertThatThrownBy(() -> other.encode(new float[D_IN], set))
                    .hasMessage("This feature set was made by another SAE: make one with featureSet of this SAE.");
            assertThatThrownBy(() -> sae.featureSet()).hasMessage("A feature set needs at least one feature.");
            assertThatThrownBy(() -> sae.featureSet(3, D_SAE)).hasMessage("There is no feature 300: d_sae is 300.");
            assertThatThrownBy(() -> sae.featureSet(-1)).hasMessage("There is no feature -1: d_sae is 300.");
            sae.close();
            assertThatThrownBy(() -> sae.encode(new float[D_IN], set)).isInstanceOf(IllegalStateException.class);
        }
    }
}
