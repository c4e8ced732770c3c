package io.github.sae4j.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.features.FeatureFile;
import io.github.sae4j.data.features.FeatureSink;
import io.github.sae4j.data.features.FeatureStream;
import io.github.sae4j.fixtures.RandomSae;
import io.github.sae4j.fixtures.StoredType;
import io.github.sae4j.fixtures.hub.FakeHub;
import io.github.sae4j.hub.HubConfig;
import io.github.sae4j.loader.SAE;
import io.github.sae4j.loader.SaeLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a release knows of an SAE is told with its features: the same files without it do not decode them. */
class FeaturesOfAReleaseTest {

    private static final RandomSae RANDOM = new RandomSae(8, 32, StoredType.FLOAT32, 3, 1);
    private static final double FACTOR = 0.21381938399317255;

    @TempDir
    private Path folder;

    @Test
    void itsFactorIsToldAndAskedFor() throws IOException {
        String repository = "jbloom/Gemma-2b-Residual-Stream-SAEs";
        Path files = serve("gemma_2b_blocks.12.hook_resid_post_16384", "expected_average_only_in");
        Path features = folder.resolve("f.safetensors");
        try (FakeHub hub = FakeHub.serving(repository, folder.resolve("served")).start()) {
            SaeLoader released =
                    SAE.from("gemma-2b-res-jb", "blocks.12.hook_resid_post").hub(config(hub));
            try (SparseAutoencoder sae = released.open()) {
                assertThat(sae.normScalingFactor()).isEqualTo(FACTOR);
                assertThat(sae.source().normScalingFactors()).containsExactly(FACTOR);
                write(features, sae);
            }
            open(features, released);
        }

        open(features, SAE.from(files).normScalingFactor(FACTOR));
        assertRefused(
                features,
                SAE.from(files),
                "f.safetensors was encoded with normScalingFactor(" + FACTOR
                        + "), so it is not decoded with no settings that change the SAE.");
    }

    @Test
    void whatTheFactorIsNotForIsNotTold() throws IOException {
        serve("gemma_2b_blocks.12.hook_resid_post_16384", "none");
        try (FakeHub hub = FakeHub.serving("jbloom/Gemma-2b-Residual-Stream-SAEs", folder.resolve("served"))
                        .start();
                SparseAutoencoder sae = SAE.from("gemma-2b-res-jb", "blocks.12.hook_resid_post")
                        .hub(config(hub))
                        .open()) {
            assertThat(sae.normScalingFactor()).isEqualTo(1);
            assertThat(Setting.ofSae(sae)).isEmpty();
        }
    }

    @Test
    void theUsersFactorCountsAlone() throws IOException {
        serve("gemma_2b_blocks.12.hook_resid_post_16384", "expected_average_only_in");
        try (FakeHub hub = FakeHub.serving("jbloom/Gemma-2b-Residual-Stream-SAEs", folder.resolve("served"))
                        .start();
                SparseAutoencoder sae = SAE.from("gemma-2b-res-jb", "blocks.12.hook_resid_post")
                        .hub(config(hub))
                        .normScalingFactor(2)
                        .open()) {
            assertThat(Setting.ofSae(sae)).containsExactly(Setting.NORM_SCALING_FACTOR.of(2.0));
        }
    }

    @Test
    void theFieldsThatItCorrectsAreToldIfTheyChangeWhatIsComputed() throws IOException {
        Path files = serve("mistral_7b_layer_8", "none");
        Path features = folder.resolve("f.safetensors");
        try (FakeHub hub = FakeHub.serving("JoshEngels/Mistral-7B-Residual-Stream-SAEs", folder.resolve("served"))
                        .start();
                SparseAutoencoder sae = SAE.from("mistral-7b-res-wg", "blocks.8.hook_resid_pre")
                        .hub(config(hub))
                        .open()) {
            assertThat(sae.source().overrides()).containsExactly(entry("constant_norm_rescale"));
            write(features, sae);
        }

        open(features, SAE.from(files).override("normalize_activations", "constant_norm_rescale"));
    }

    @Test
    void theFieldsThatOnlyDescribeAreNotTold() throws IOException {
        Path files = serve("v5_32k_layer_0", "none");
        Path features = folder.resolve("f.safetensors");
        try (FakeHub hub = FakeHub.serving("jbloom/GPT2-Small-OAI-v5-32k-mlp-out-SAEs", folder.resolve("served"))
                        .start();
                SparseAutoencoder sae = SAE.from("gpt2-small-mlp-out-v5-32k", "blocks.0.hook_mlp_out")
                        .hub(config(hub))
                        .open()) {
            assertThat(sae.config().metadata().datasetPath()).contains("Skylion007/openwebtext");
            assertThat(sae.source().overrides()).isEmpty();
            write(features, sae);
        }

        open(features, SAE.from(files));
    }

    private static Map.Entry<String, String> entry(String normalization) {
        return Map.entry("normalize_activations", normalization);
    }

    /** Returns the folder of this machine whose files are served. */
    private Path serve(String name, String normalization) throws IOException {
        Path files = folder.resolve("served").resolve(name);
        RANDOM.write(files);
        Path config = files.resolve("cfg.json");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace(
                                "\"normalize_activations\": \"none\"",
                                "\"normalize_activations\": \"" + normalization + "\""));
        return files;
    }

    private HubConfig config(FakeHub hub) {
        return HubConfig.defaults().toBuilder()
                .endpoint(hub.endpoint().toString())
                .cache(folder.resolve("cache"))
                .build();
    }

    private static void write(Path file, SparseAutoencoder sae) {
        float[][] activations = RANDOM.activations(8, 1);
        try (FeatureSink sink = FeatureSink.to(file, FeatureStream.of("noise", Layout.of(activations.length), sae))) {
            sink.write(TokenBatch.of(activations), sae.encode(activations));
            sink.publish();
        }
    }

    private static void open(Path file, SaeLoader loader) {
        try (SparseAutoencoder sae = loader.open();
                FeatureFile features = FeatureFile.open(file, sae)) {
            assertThat(features.next(8).tokens()).isEqualTo(8);
        }
    }

    private static void assertRefused(Path file, SaeLoader loader, String message) {
        try (SparseAutoencoder sae = loader.open()) {
            assertThatThrownBy(() -> FeatureFile.open(file, sae))
                    .isInstanceOfSatisfying(
                            DataException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MISMATCH))
                    .hasMessage(message);
        }
    }
}
