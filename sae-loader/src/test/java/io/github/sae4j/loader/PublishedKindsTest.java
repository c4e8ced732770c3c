package io.github.sae4j.loader;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.fixtures.KindCase;
import io.github.sae4j.fixtures.Tensor;
import io.github.sae4j.fixtures.hub.FakeHub;
import io.github.sae4j.hub.HubConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of SAE that publishers' own code writes runs with that code's numbers, or is refused by name. */
class PublishedKindsTest {

    @TempDir
    private Path cache;

    static Stream<Arguments> runningOnEveryKernel() {
        return KindCase.all().stream()
                .filter(published -> published.refused().isEmpty())
                .flatMap(published -> Stream.of(Kernel.values())
                        .filter(kernel -> kernel == Kernel.TORCHSCRIPT
                                || !published.name().startsWith("temporal_")
                                || published.name().startsWith("temporal_standard"))
                        .map(kernel -> Arguments.of(published, kernel)));
    }

    static List<KindCase> refused() {
        return KindCase.all().stream()
                .filter(published -> published.refused().isPresent())
                .toList();
    }

    static List<KindCase> running() {
        return KindCase.all().stream()
                .filter(published -> published.refused().isEmpty())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("runningOnEveryKernel")
    void computesThePublishersNumbers(KindCase published, Kernel kernel) {
        try (SparseAutoencoder sae =
                loader(published, fromDisk(published)).kernel(kernel).open()) {
            requireNumbers(sae, published);
        }
    }

    @ParameterizedTest
    @MethodSource("running")
    void opensFromAHubAndIsDescribedWithoutItsWeights(KindCase published) {
        try (FakeHub hub = FakeHub.serving(published.repository(), published.repositoryFolder())
                .start()) {
            HubConfig config = HubConfig.defaults().toBuilder()
                    .endpoint(hub.endpoint().toString())
                    .cache(cache)
                    .build();
            SaeDescription described = loader(
                            published,
                            SAE.from(published.repository(), published.path()).hub(config))
                    .describe();
            try (SparseAutoencoder sae = loader(
                            published,
                            SAE.from(published.repository(), published.path()).hub(config))
                    .open()) {
                assertThat(described.config()).isEqualTo(sae.config());
                assertThat(described.uses()).isNotEmpty();
                requireNumbers(sae, published);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesByNameWhatItCannotRun(KindCase published) {
        assertThatThrownBy(() -> loader(published, fromDisk(published)).open())
                .isInstanceOf(SaeLoadException.class)
                .hasMessageContaining(published.refused().orElseThrow());
    }

    @Test
    void namesTheHookThatAFolderOfSparsifyMeans() {
        Path folder = KindCase.folder("sparsify_hooks");

        assertThat(hook(folder, "embed_tokens")).contains("hook_embed");
        assertThat(hook(folder, "layers.5")).contains("blocks.5.hook_resid_post");
        assertThat(hook(folder, "layers.5.mlp")).contains("blocks.5.hook_mlp_out");
        assertThat(hook(folder, "layers.5.self_attn")).contains("blocks.5.hook_attn_out");
        assertThat(hook(folder, "h.2")).contains("blocks.2.hook_resid_post");
        assertThat(hook(folder, "h.2.attn")).contains("blocks.2.hook_attn_out");
        assertThat(hook(folder, "h.2.mlp")).contains("blocks.2.hook_mlp_out");
        assertThat(hook(folder, "h.2.mlp.act")).contains("blocks.2.mlp.hook_post");
        assertThat(hook(folder, "layers.5.post_attention_layernorm")).isEmpty();
        assertThat(hook(folder, "transcoders/layers.5.mlp")).isEmpty();
        assertThat(SAE.from(folder.resolve("transcoders/layers.5.mlp"))
                        .describe()
                        .config()
                        .otherFields())
                .containsEntry("metadata.hook_name_out", "\"blocks.5.hook_mlp_out\"")
                .containsEntry("metadata.hf_hook_name", "\"layers.5.mlp.input\"");
    }

    private static Optional<String> hook(Path folder, String name) {
        return SAE.from(folder.resolve(name)).describe().config().metadata().hookName();
    }

    private static SaeLoader fromDisk(KindCase published) {
        return SAE.from(published.repositoryFolder().resolve(published.path()));
    }

    private static SaeLoader loader(KindCase published, SaeLoader loader) {
        published.normScalingFactor().ifPresent(loader::normScalingFactor);
        if (published.name().equals("ct_plt_crv")) {
            loader.override("k", 128);
        }
        return loader.device(Device.cpu());
    }

    private static void requireNumbers(SparseAutoencoder sae, KindCase published) {
        try (NDManager manager = sae.newManager()) {
            Tensor x = published.tensor("x");
            NDArray input = manager.create(x.values(), new Shape(x.shape()));
            Tensor acts = published.tensor("acts");
            NDArray dense = sae.encodeDense(input);
            SparseFeatures sparse = sae.encode(input);
            assertThat(dense.getShape().getShape()).isEqualTo(acts.shape());
            assertThat(dense.toFloatArray()).is(closeTo(acts.values()));
            assertThat(flat(sparse.toDense())).isEqualTo(dense.toFloatArray());
            NDArray decoded = sae.decode(sparse, manager);
            Tensor recon = published.tensor("recon");
            if (isInUnitsOfWhatIsNormalised(published)) {
                recon = published.tensor("out");
            }
            assertThat(decoded.getShape().getShape()).isEqualTo(recon.shape());
            assertThat(decoded.toFloatArray()).is(closeTo(recon.values()));
            assertThat(sae.decode(dense, sparse.inverseTransform()).toFloatArray())
                    .is(closeTo(recon.values()));
            assertThat(sae.reconstruct(input).toFloatArray())
                    .is(closeTo(published.tensor("out").values()));
        }
    }

    /** Decoding undoes what was done to the input, which these publishers' decode leaves to their forward pass. */
    private static boolean isInUnitsOfWhatIsNormalised(KindCase published) {
        String name = published.name();
        return name.startsWith("openai_topk")
                || name.equals("interplm_sqrt_d")
                || name.startsWith("lm_")
                || name.startsWith("llama_scope");
    }

    private static float[] flat(float[][] rows) {
        float[] values = new float[rows.length * rows[0].length];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(rows[row], 0, values, row * rows[row].length, rows[row].length);
        }
        return values;
    }
}
