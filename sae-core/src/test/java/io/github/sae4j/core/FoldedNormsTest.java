package io.github.sae4j.core;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.sae4j.fixtures.ReferenceCase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A view whose features are multiplied by the norms of their decoder rows. */
class FoldedNormsTest extends EachKernelTest {

    private static TinySae tiny(PlainRule rule) {
        return TinySae.of(TinySae.config(24, 1100, Normalization.LAYER_NORM, Reshape.NONE, true), WeightType.BFLOAT16)
                .withRule(rule);
    }

    @ParameterizedTest
    @ValueSource(strings = {"standard-f32", "gated-f32", "jumprelu-f32", "jumprelu-skip-transcoder-f32"})
    void givesSaeLensNumbers(String name) {
        ReferenceCase reference = ReferenceCase.named(name);
        try (SparseAutoencoder sae = ReferenceSae.open(reference);
                SparseAutoencoder folded = sae.foldDecoderNorms();
                NDManager manager = sae.newManager()) {
            NDArray x = manager.create(reference.input(), new Shape(reference.inputShape()));
            float[] features = reference.tensor("acts_folded").values();
            assertThat(folded.encodeDense(x).toFloatArray()).is(closeTo(features));
            assertThat(TinySae.flat(folded.encode(x).toDense())).is(closeTo(features));
            float[] reconstruction = reference.tensor("recon_folded").values();
            assertThat(folded.decode(folded.encodeDense(x)).toFloatArray()).is(closeTo(reconstruction));
            assertThat(folded.decode(folded.encode(x), manager).toFloatArray()).is(closeTo(reconstruction));
            assertThat(folded.reconstruct(x).toFloatArray()).is(closeTo(reference.expected("out")));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = PlainRule.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"TOPK", "TOPK_KEEPING_NEGATIVE", "TOPK_BY_MAGNITUDE", "JUMPRELU_AT_MOST", "GROUP_MAX"})
    void scalesFeaturesAndLeavesReconstructions(PlainRule rule) {
        TinySae tiny = tiny(rule);
        tiny.wDec()[3] = new float[24];
        float[][] activations = tiny.activations(4, 1);
        try (SparseAutoencoder sae = tiny.open();
                SparseAutoencoder folded = sae.foldDecoderNorms();
                SparseAutoencoder again = folded.foldDecoderNorms();
                NDManager manager = sae.newManager()) {
            assertThat(folded.hasFoldedDecoderNorms()).isTrue();
            assertThat(sae.hasFoldedDecoderNorms()).isFalse();
            SparseFeatures before = sae.encode(activations);
            SparseFeatures after = folded.encode(activations);
            assertThat(after.indices()).isEqualTo(before.indices());
            for (int token = 0; token < 4; token++) {
                for (Feature feature : before.active(token)) {
                    double norm = rule == PlainRule.TOPK_BY_DECODER_NORM
                            ? 1
                            : Math.max(PlainRule.norm(tiny.wDec()[feature.index()]), 1e-8);
                    assertThat(after.value(token, feature.index()) / norm)
                            .isCloseTo(feature.value(), withPercentage(1e-4));
                }
            }
            float[] reconstruction = tiny.expectedReconstruction(activations);
            assertThat(TinySae.flat(folded.decode(after))).is(closeTo(reconstruction));
            assertThat(TinySae.flat(folded.reconstruct(activations))).is(closeTo(reconstruction));
            NDArray x = manager.create(TinySae.flat(activations), new Shape(4, 24));
            assertThat(folded.decode(folded.encodeDense(x), folded.inverseTransform(x))
                            .toFloatArray())
                    .is(closeTo(reconstruction));
            assertThat(TinySae.flat(again.encode(activations).toDense())).isEqualTo(TinySae.flat(after.toDense()));
        }
    }

    @Test
    void takesTheNormsOfRowsThatGiveActivations() {
        TinySae tiny = TinySae.of(24, 100);
        float[][] activations = tiny.activations(4, 2);
        try (SparseAutoencoder scaled = tiny.builder().normScalingFactor(4).build();
                SparseAutoencoder scaledFolded = scaled.foldDecoderNorms();
                SparseAutoencoder inWeights = tiny.withFolded(4).open();
                SparseAutoencoder inWeightsFolded = inWeights.foldDecoderNorms()) {
            assertThat(TinySae.flat(scaledFolded.encode(activations).toDense()))
                    .is(closeTo(TinySae.flat(inWeightsFolded.encode(activations).toDense())));
            assertThat(TinySae.flat(scaledFolded.reconstruct(activations)))
                    .is(closeTo(TinySae.flat(scaled.reconstruct(activations))));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = PlainRule.class,
            names = {"TOPK", "TOPK_BY_MAGNITUDE", "JUMPRELU_AT_MOST"})
    void refusesWhereOtherFeaturesWouldBecomeActive(PlainRule rule) {
        try (SparseAutoencoder sae = tiny(rule).open()) {
            assertThatThrownBy(sae::foldDecoderNorms)
                    .isInstanceOf(SaeException.class)
                    .hasMessageContaining("it keeps the 55 strongest features of each token");
        }
    }

    @Test
    void keepsTheWeightsUntilTheLastOfItsViewsIsClosed() {
        TinySae tiny = tiny(PlainRule.STANDARD);
        float[][] activations = tiny.activations(4, 3);
        SparseAutoencoder probe = TinySae.of(2, 3).open();
        NDManager root = probe.newManager().getParentManager();
        int before = root.getManagedArrays().size();
        for (boolean viewFirst : List.of(true, false)) {
            SparseAutoencoder sae = tiny.open();
            SparseAutoencoder view = sae.foldDecoderNorms();
            SparseAutoencoder viewOnView = view.foldDecoderNorms();
            float[] features = TinySae.flat(view.encode(activations).toDense());
            SparseAutoencoder first = viewFirst ? view : sae;
            SparseAutoencoder second = viewFirst ? sae : view;
            first.close();
            first.close();
            assertThatThrownBy(() -> first.encode(activations)).hasMessage("This SAE is closed already.");
            assertThatThrownBy(first::foldDecoderNorms).hasMessage("This SAE is closed already.");
            assertThat(second.encode(activations).activeCount()).isPositive();
            second.close();
            assertThat(TinySae.flat(viewOnView.encode(activations).toDense())).isEqualTo(features);
            if (kernel == Kernel.TORCHSCRIPT) {
                assertThat(root.getManagedArrays().size()).isGreaterThan(before);
            }
            viewOnView.close();
            assertThat(root.getManagedArrays().size()).isEqualTo(before);
        }
        probe.close();
    }
}
