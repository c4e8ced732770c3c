package io.github.sae4j.loader;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.fixtures.PublisherCase;
import io.github.sae4j.fixtures.Tensor;
import io.github.sae4j.fixtures.hub.FakeHub;
import io.github.sae4j.hub.HubConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SAEs in publishers' own files: from the hub and from a folder, with the publisher's numbers. */
class PublisherCasesTest {

    @TempDir
    private Path cache;

    static List<PublisherCase> cases() {
        return PublisherCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void computeThePublishersNumbersFromTheHubAndThenOffline(PublisherCase published) {
        try (FakeHub hub = FakeHub.serving(published.repository(), published.repositoryFolder())
                .start()) {
            HubConfig config = HubConfig.defaults().toBuilder()
                    .endpoint(hub.endpoint().toString())
                    .cache(cache)
                    .build();
            try (SparseAutoencoder sae = open(
                    published,
                    SAE.from(published.repository(), published.path()).hub(config))) {
                requireNumbers(sae, published);
                requireConfiguration(sae.config(), published);
                assertThat(sae.source().repository()).contains(published.repository());
                assertThat(sae.source().files()).isNotEmpty();
            }
            hub.forgetRequests();
            open(published, SAE.from(published.repository(), published.path()).hub(HubConfigs.offline(config)))
                    .close();
            assertThat(hub.requests()).isEmpty();
        }
    }

    /** As a cache is that was filled by fetching all of a commit at once. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "gemma_3_no_config",
                "gemma_3_clt",
                "mwhanna_transcoder_typo",
                "sparsify_w_enc",
                "mntss_clt_layer",
                "llama_scope_r1_distill"
            })
    void openOfflineFromACacheThatDoesNotKnowWhatIsAbsent(String name) throws IOException {
        PublisherCase published = PublisherCase.named(name);
        try (FakeHub hub = FakeHub.serving(published.repository(), published.repositoryFolder())
                .start()) {
            HubConfig config = HubConfig.defaults().toBuilder()
                    .endpoint(hub.endpoint().toString())
                    .cache(cache)
                    .build();
            SAE.from(published.repository(), published.path()).hub(config).download();
            forgetAbsentFiles();
            try (SparseAutoencoder sae = open(
                    published,
                    SAE.from(published.repository(), published.path()).hub(HubConfigs.offline(config)))) {
                requireNumbers(sae, published);
            }
        }
    }

    private void forgetAbsentFiles() throws IOException {
        List<Path> notes;
        try (Stream<Path> all = Files.walk(cache)) {
            notes = all.filter(path -> path.toString().contains(".no_exist") && Files.isRegularFile(path))
                    .toList();
        }
        for (Path note : notes) {
            Files.delete(note);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void areRecognisedByTheirFilesAlone(PublisherCase published) {
        SaeLoader loader = SAE.from(published.repositoryFolder().resolve(published.path()));
        if (published.fact("format").equals("qwen_scope")) {
            loader.override("k", 8);
        }
        if (published.name().equals("gemma_2_transcoder")) {
            loader.format("gemma_2_transcoder");
        }
        try (SparseAutoencoder sae = open(published, loader)) {
            assertThat(sae.config().architecture().label()).isEqualTo(published.fact("architecture"));
            if (!published.name().equals("gemma_2_att")) {
                requireNumbers(sae, published);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void computeTheSameOnEightThreads(PublisherCase published) throws Exception {
        try (FakeHub hub = FakeHub.serving(published.repository(), published.repositoryFolder())
                .start()) {
            HubConfig config = HubConfig.defaults().toBuilder()
                    .endpoint(hub.endpoint().toString())
                    .cache(cache)
                    .build();
            try (SparseAutoencoder sae = open(
                    published,
                    SAE.from(published.repository(), published.path()).hub(config))) {
                EightThreads.run(() -> requireNumbers(sae, published));
            }
        }
    }

    /** Half of x at twice the scale is x, so features are the same and reconstructions half. */
    @Test
    void aUsersFactorComesOnTopOfTheScaleOfEmbeddings() {
        PublisherCase published = PublisherCase.named("gemma_2_embedding");
        Path folder = published.repositoryFolder().resolve(published.path());
        float[] x = new float[24];
        float[] half = new float[24];
        for (int i = 0; i < x.length; i++) {
            x[i] = published.tensor("x").values()[i];
            half[i] = x[i] / 2;
        }
        try (SparseAutoencoder sae = SAE.fromDisk(folder);
                SparseAutoencoder scaled = SAE.from(folder).normScalingFactor(2).open()) {
            assertThat(scaled.encode(half).toDense()[0])
                    .is(closeTo(sae.encode(x).toDense()[0]));
            float[] whole = sae.reconstruct(x);
            for (int i = 0; i < whole.length; i++) {
                whole[i] /= 2;
            }
            assertThat(scaled.reconstruct(half)).is(closeTo(whole));
        }
    }

    private static SparseAutoencoder open(PublisherCase published, SaeLoader loader) {
        published
                .optionalFact("norm_scaling_factor")
                .ifPresent(factor -> loader.normScalingFactor(Double.parseDouble(factor)));
        return loader.device(Device.cpu()).open();
    }

    private static void requireConfiguration(SaeConfig config, PublisherCase published) {
        assertThat(config.architecture().label()).isEqualTo(published.fact("architecture"));
        assertThat(config.dIn()).isEqualTo(Integer.parseInt(published.fact("d_in")));
        assertThat(config.dSae()).isEqualTo(Integer.parseInt(published.fact("d_sae")));
        assertThat(config.dOut()).isEqualTo(Integer.parseInt(published.fact("d_out")));
        boolean publisherSubtracts = published.fact("format").equals("sparsify");
        assertThat(config.applyBDecToInput())
                .isEqualTo(publisherSubtracts || Boolean.parseBoolean(published.fact("apply_b_dec_to_input")));
        assertThat(config.reshape().label()).isEqualTo(published.fact("reshape_activations"));
        if (!published.fact("architecture").equals("temporal")) {
            assertThat(config.normalization().label()).isEqualTo(published.fact("normalize_activations"));
        }
        assertThat(config.metadata().hookName()).isEqualTo(published.optionalFact("hook_name"));
    }

    private static void requireNumbers(SparseAutoencoder sae, PublisherCase published) {
        try (NDManager manager = sae.newManager()) {
            Tensor x = published.tensor("x");
            NDArray input = manager.create(x.values(), new Shape(x.shape()));
            Tensor acts = published.expected("acts");
            NDArray dense = sae.encodeDense(input);
            SparseFeatures sparse = sae.encode(input);
            assertThat(dense.getShape().getShape()).isEqualTo(acts.shape());
            assertThat(dense.toFloatArray()).is(closeTo(acts.values()));
            assertThat(flat(sparse.toDense())).isEqualTo(dense.toFloatArray());
            SparseFeatures strongest = sparse.topK(3);
            for (int token = 0; token < sparse.tokens(); token++) {
                assertThat(strongest.top(token, 3)).isEqualTo(sparse.top(token, 3));
            }
            if (!sae.capabilities().has(SaeCapability.DECODE)) {
                assertThatExceptionOfType(SaeException.class)
                        .isThrownBy(() -> sae.decode(sparse))
                        .withMessageContaining("one layer of a cross-layer transcoder");
                assertThatExceptionOfType(SaeException.class).isThrownBy(() -> sae.reconstruct(input));
                return;
            }
            float[] recon = published.expected("recon").values();
            assertThat(sae.decode(sparse, manager).toFloatArray()).is(closeTo(recon));
            assertThat(sae.decode(dense, sparse.inverseTransform()).toFloatArray())
                    .is(closeTo(recon));
            assertThat(sae.reconstruct(input).toFloatArray())
                    .is(closeTo(published.expected("out").values()));
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
