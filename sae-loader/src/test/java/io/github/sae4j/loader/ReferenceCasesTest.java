package io.github.sae4j.loader;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.sae4j.core.Normalization;
import io.github.sae4j.core.Reshape;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.fixtures.ReferenceCase;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Folders as SAELens wrote them open with its configuration, and give its numbers. */
class ReferenceCasesTest {

    static List<ReferenceCase> cases() {
        return ReferenceCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void opensWithItsSizesAndWhereItReads(ReferenceCase reference) {
        try (SparseAutoencoder sae = open(reference)) {
            long[] acts = reference.tensor("acts").shape();
            long[] recon = reference.tensor("recon").shape();
            assertThat(reference.name().replace('-', '_')).contains(expectedArchitecture(reference, sae));
            assertThat(sae.config().dSae()).isEqualTo((int) acts[acts.length - 1]);
            if (sae.config().reshape() == Reshape.NONE) {
                assertThat(sae.config().dOut()).isEqualTo((int) recon[recon.length - 1]);
            }
            assertThat(sae.config().metadata().modelName()).contains("toy-model");
            assertThat(sae.config().metadata().contextSize()).isIn(OptionalInt.of(128), OptionalInt.empty());
            assertThat(sae.config().metadata().prependBos()).contains(true);
            assertThat(sae.device()).isEqualTo(Device.cpu());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void encodesAndDecodesToTheReferenceNumbers(ReferenceCase reference) {
        try (SparseAutoencoder sae = open(reference);
                NDManager manager = sae.newManager()) {
            NDArray input = manager.create(reference.input(), new Shape(reference.inputShape()));

            NDArray dense = sae.encodeDense(input);
            SparseFeatures sparse = sae.encode(input);

            assertThat(dense.getShape().getShape())
                    .isEqualTo(reference.expectedTensor("acts").shape());
            assertThat(dense.toFloatArray()).is(closeTo(reference.expected("acts")));
            assertThat(flat(sparse.toDense())).isEqualTo(dense.toFloatArray());
            assertThat(sae.decode(sparse, manager).toFloatArray()).is(closeTo(reference.expected("recon")));
            assertThat(sae.decode(dense, sparse.inverseTransform()).toFloatArray())
                    .is(closeTo(reference.expected("recon")));
            assertThat(sae.reconstruct(input).toFloatArray()).is(closeTo(reference.expected("out")));
        }
    }

    @Test
    void keepsWeightsAsTheyAreStored() {
        try (SparseAutoencoder sae = open(ReferenceCase.named("standard-bf16"))) {
            assertThat(sae.weightType()).isEqualTo(WeightType.BFLOAT16);
            assertThat(sae.config().dtype()).contains("bfloat16");
        }
        try (SparseAutoencoder sae = open(ReferenceCase.named("standard-f32"))) {
            assertThat(sae.weightType()).isEqualTo(WeightType.FLOAT32);
            assertThat(sae.config().dtype()).contains("float32");
        }
    }

    @Test
    void readsTheInputTransform() {
        assertThat(config("standard-f32").applyBDecToInput()).isTrue();
        assertThat(config("standard-f32").normalization()).isEqualTo(Normalization.NONE);
        assertThat(config("standard-f32").reshape()).isEqualTo(Reshape.NONE);
        assertThat(config("standard-no-b-dec-to-input").applyBDecToInput()).isFalse();
        assertThat(config("standard-constant-norm-rescale").normalization())
                .isEqualTo(Normalization.CONSTANT_NORM_RESCALE);
        assertThat(config("standard-layer-norm").normalization()).isEqualTo(Normalization.LAYER_NORM);
        assertThat(config("standard-hook-z").reshape()).isEqualTo(Reshape.HOOK_Z);
        assertThat(config("standard-hook-z").metadata().hookName()).contains("blocks.3.attn.hook_z");
    }

    @Test
    void readsAConfigurationOfVersion3() {
        SaeConfig config = config("legacy-standard-v3");

        assertThat(config.metadata().hookName()).contains("blocks.19.hook_resid_post");
        assertThat(config.metadata().datasetPath()).contains("toy");
        assertThat(config.metadata().saeLensVersion()).isEmpty();
        assertThat(config.applyBDecToInput()).isTrue();
        assertThat(config.normalization()).isEqualTo(Normalization.NONE);
        assertThat(config.otherFields())
                .containsExactly(
                        Map.entry("hook_point_layer", "19"), Map.entry("sae_lens_training_version", "\"3.1.0\""));
    }

    @Test
    void readsFiringFrequenciesWhereTheyArePublished() {
        try (SparseAutoencoder sae = open(ReferenceCase.named("standard-f32"))) {
            float[] sparsity = sae.sparsity().orElseThrow();
            assertThat(sparsity).hasSize(128).startsWith(-3.1607845f, -2.864458f);
            assertThat(sae.source().files())
                    .containsExactly("cfg.json", "sae_weights.safetensors", "sparsity.safetensors");
        }
        try (SparseAutoencoder sae = open(ReferenceCase.named("standard-bf16"))) {
            assertThat(sae.sparsity()).isEmpty();
            assertThat(sae.source().files()).containsExactly("cfg.json", "sae_weights.safetensors");
        }
    }

    private static String expectedArchitecture(ReferenceCase reference, SparseAutoencoder sae) {
        String architecture = sae.config().architecture().label();
        // Saved for inference, a batch top-k SAE is a JumpReLU one.
        return reference.name().startsWith("batchtopk") && architecture.equals("jumprelu") ? "batchtopk" : architecture;
    }

    private static SparseAutoencoder open(ReferenceCase reference) {
        return SAE.from(reference.folder()).device(Device.cpu()).open();
    }

    private static SaeConfig config(String name) {
        try (SparseAutoencoder sae = open(ReferenceCase.named(name))) {
            return sae.config();
        }
    }

    private static float[] flat(float[][] rows) {
        float[] values = new float[rows.length * rows[0].length];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(rows[row], 0, values, row * rows[row].length, rows[row].length);
        }
        return values;
    }
}
