package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.fixtures.hub.FakeHub;
import io.github.sae4j.fixtures.hub.FakeRepo;
import io.github.sae4j.fixtures.hub.Fault;
import io.github.sae4j.fixtures.hub.Request;
import io.github.sae4j.fixtures.hub.When;
import io.github.sae4j.hub.GatedRepositoryException;
import io.github.sae4j.hub.HubConfig;
import io.github.sae4j.hub.ProgressListener;
import io.github.sae4j.safetensors.Dtype;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Published SAEs over the network: what is fetched, what is asked, and the sentence for each failure. */
class DownloadTest {

    private static final String REPOSITORY = "analist/ministral-3b-sae";
    private static final String TOKEN = "hf_SecretOfTheLoadersTests";

    @TempDir
    private Path temporary;

    private Path cache;
    private Path served;
    private FakeRepo repo;
    private FakeHub hub;

    @BeforeEach
    void serve() throws IOException {
        cache = temporary.resolve("cache");
        served = temporary.resolve("served");
        new TinySae().in(served.resolve("layer_19"));
        new TinySae().sparsity("sparsity", new float[] {-1, -2, -3}).in(served.resolve("layer_21"));
        Files.writeString(served.resolve("README.md"), "# SAEs");
        Files.writeString(served.resolve("layer_19/training.log"), "not needed");
        repo = FakeRepo.of(REPOSITORY, served);
        hub = FakeHub.serving(repo).start();
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void fetchesOnlyTheFilesThatAreNeeded() {
        try (SparseAutoencoder sae = load("layer_19").open();
                SparseAutoencoder local = SAE.fromDisk(served.resolve("layer_19"))) {
            float[] x = {1, 2};
            assertThat(sae.encode(x).toDense()).isDeepEqualTo(local.encode(x).toDense());
            assertThat(sae.source().commit()).contains(repo.commit("main"));
            assertThat(sae.source().description())
                    .isEqualTo(
                            REPOSITORY + ":layer_19 at " + repo.commit("main").substring(0, 7));
            assertThat(sae.source().files()).containsExactly("layer_19/cfg.json", "layer_19/sae_weights.safetensors");
            assertThat(sae.source().sha256()).isEqualTo(local.source().sha256());
        }
        assertThat(hub.requests().stream().map(Request::path))
                .noneMatch(path -> path.contains("README") || path.contains("log") || path.contains("layer_21"));
        assertThat(hub.requests()).filteredOn(request -> request.toCdn()).hasSize(1);
    }

    @Test
    void opensByAnAddressOfTheHubThatIsSetAndOfNoOther() {
        String page = "/" + REPOSITORY + "/blob/main/layer_19/sae_weights.safetensors";
        try (SparseAutoencoder sae = load(hub.endpoint() + page).open()) {
            assertThat(sae.source().repository()).contains(REPOSITORY);
        }
        hub.forgetRequests();

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> load("https://huggingface.co" + page).open())
                .withMessage("The address of " + REPOSITORY + " is one at huggingface.co, but the hub that is set is "
                        + hub.endpoint() + ". Set HF_ENDPOINT to the address of the hub that is meant, or write "
                        + REPOSITORY + ":layer_19@main, which means the one that is set.");
        assertThat(lines()).isEmpty();
    }

    @Test
    void asksOnceWhereTheBranchIsWhenAllIsCached() {
        load("layer_19").open().close();
        hub.forgetRequests();

        load("layer_19").open().close();

        assertThat(lines())
                .containsExactly(
                        "HEAD /" + REPOSITORY + "/resolve/main/layer_19/cfg.json",
                        "HEAD /api/resolve-cache/models/" + REPOSITORY + "/" + repo.commit("main")
                                + "/layer_19/cfg.json");
    }

    @Test
    void asksNothingForACachedCommit() {
        load("layer_19").open().close();
        hub.forgetRequests();

        load("layer_19@" + repo.commit("main")).open().close();
        offline("layer_19").open().close();

        assertThat(lines()).isEmpty();
    }

    @Test
    void opensFromTheCacheWhenTheHubIsGone() {
        load("layer_21").open().close();
        load("layer_19").open().close();
        hub.close();

        try (SparseAutoencoder sae = load("layer_21").open()) {
            assertThat(sae.sparsity().orElseThrow()).containsExactly(-1, -2, -3);
            assertThat(sae.source().commit()).contains(repo.commit("main"));
        }
        load("layer_19").open().close();
    }

    @Test
    void takesAllFilesFromOneCommitThoughTheBranchMovesMeanwhile() throws IOException {
        Path next = temporary.resolve("next");
        new TinySae().tensor("b_dec", Dtype.F32, new float[] {7, 7}, 2).in(next.resolve("layer_19"));
        FakeRepo moved = repo.revision("main", next).revision("old", repo.commit("main"), served);
        List<String> done = new ArrayList<>();

        try (SparseAutoencoder sae = telling("layer_19", new ProgressListener() {
                    @Override
                    public void onDone(String file) {
                        done.add(file);
                        hub.put(moved);
                    }
                })
                .open()) {
            assertThat(sae.source().commit()).contains(repo.commit("main"));
            assertThat(decodedNothing(sae)).containsExactly(0.25f, -0.25f);
        }
        assertThat(done).containsExactly("layer_19/cfg.json", "layer_19/sae_weights.safetensors");
        try (SparseAutoencoder sae = load("layer_19").open()) {
            assertThat(decodedNothing(sae)).containsExactly(7, 7);
        }
    }

    @Test
    void opensARevision() {
        hub.put(repo.revision("refs/pr/1", served));

        try (SparseAutoencoder sae = load("layer_19").revision("refs/pr/1").open()) {
            assertThat(sae.source().commit())
                    .contains(repo.revision("refs/pr/1", served).commit("refs/pr/1"));
        }
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> load("layer_19@nowhere").open())
                .withMessageContaining("nowhere")
                .withMessageContaining("no such revision");
    }

    @Test
    void fetchesAgainWhenForced() throws IOException {
        load("layer_19").open().close();
        hub.forgetRequests();

        load("layer_19").forceDownload(true).open().close();

        assertThat(hub.requests()).filteredOn(request -> request.toCdn()).hasSize(1);
    }

    @Test
    void downloadsWithoutOpening() {
        Path folder = load("layer_19").download();
        hub.close();

        assertThat(folder)
                .isEqualTo(cache.resolve("models--analist--ministral-3b-sae/snapshots")
                        .resolve(repo.commit("main"))
                        .resolve("layer_19"));
        SAE.fromDisk(folder).close();
        offline("layer_19").open().close();
    }

    @Test
    void refusesAConfigurationBeforeItFetchesTheWeights() throws IOException {
        Files.writeString(
                served.resolve("layer_19/cfg.json"), TinySae.CONFIG.replace("\"standard\"", "\"nobody_knows\""));

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> load("layer_19").download())
                .withMessageContaining("nobody_knows");
        assertThat(hub.requests()).noneMatch(Request::toCdn);
    }

    @Test
    void assumesAConfigurationOnlyWhereThereIsNone() throws IOException {
        Files.delete(served.resolve("layer_19/cfg.json"));

        load("layer_19").open().close();
        hub.close();
        try (SparseAutoencoder sae = offline("layer_19").open()) {
            assertThat(sae.source().files()).containsExactly("layer_19/sae_weights.safetensors");
        }
    }

    @Test
    void saysWhereToAcceptTheTermsAndHowToShowTheToken() {
        hub.put(repo.gated(TOKEN));

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> load("layer_19").open())
                .withMessageContaining("accept the terms at " + hub.endpoint() + "/" + REPOSITORY)
                .withMessageContaining("HF_TOKEN")
                .withCauseInstanceOf(GatedRepositoryException.class);

        SAE.from("layer_19").hub(config().token(TOKEN).build()).open().close();
        assertThat(hub.requests())
                .filteredOn(Request::toCdn)
                .noneMatch(request -> request.header("Authorization").isPresent());
    }

    @Test
    void namesTheSaesOfARepositoryThatLacksTheFolder() {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> load(REPOSITORY + ":layer_91").open())
                .withMessage(REPOSITORY + " has no layer_91. It has: layer_19, layer_21.");
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> load(REPOSITORY).open())
                .withMessage(REPOSITORY + " has no SAE at its root. It has: layer_19, layer_21.");
    }

    @Test
    void namesTheNearestOfMany() {
        Path many = temporary.resolve("many");
        for (int layer = 0; layer < 30; layer++) {
            new TinySae().in(many.resolve("resid_post/layer_" + layer));
        }
        hub.put(FakeRepo.of("owner/many", many));

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> load("owner/many:resid_post/layer_191").open())
                .withMessageStartingWith("owner/many has no resid_post/layer_191. It has 30; the nearest are:"
                        + " resid_post/layer_11, resid_post/layer_19, ");
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> load("owner/many:layer_7").open())
                .withMessageContaining("the nearest are: resid_post/layer_7, ");
    }

    @Test
    void saysThatAFolderHasNoWeights() throws IOException {
        Files.createDirectories(served.resolve("layer_30"));
        Files.writeString(served.resolve("layer_30/cfg.json"), TinySae.CONFIG);

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> load(REPOSITORY + ":layer_30").open())
                .withMessage("layer_30 of " + REPOSITORY
                        + " is no SAE that is recognised. It holds: cfg.json. What is lacking:"
                        + " for crosscoder_kissane cc_weights.pt, saelens sae_weights.safetensors, sparsify"
                        + " sae.safetensors.");
    }

    @Test
    void saysThatThereIsNoSuchRepository() {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> load("no/such:layer_1").open())
                .withMessageContaining("no models repository no/such, or it is private")
                .withMessageContaining("HF_TOKEN");
    }

    @Test
    void doesNotWaitForASparsityThatTheHubFailsToGive() {
        hub.on(When.head("*/sparsity.safetensors"), Fault.status(503));

        try (SparseAutoencoder sae = load("layer_21").open()) {
            assertThat(sae.sparsity()).isEmpty();
        }
        assertThat(lines())
                .filteredOn(line -> line.contains("sparsity"))
                .containsExactly(
                        "HEAD /" + REPOSITORY + "/resolve/" + repo.commit("main") + "/layer_21/sparsity.safetensors");
    }

    @Test
    void tellsHowTheDownloadGetsOn() throws IOException {
        List<String> told = new ArrayList<>();

        telling("layer_19", new ProgressListener() {
                    @Override
                    public void onStart(String file, long totalBytes, long alreadyThere) {
                        told.add(file + " " + totalBytes);
                    }
                })
                .open()
                .close();

        assertThat(told)
                .containsExactly(
                        "layer_19/cfg.json " + Files.size(served.resolve("layer_19/cfg.json")),
                        "layer_19/sae_weights.safetensors "
                                + Files.size(served.resolve("layer_19/sae_weights.safetensors")));
    }

    @Test
    void convertsTheWeightsOnRequest() {
        for (WeightType type : WeightType.values()) {
            try (SparseAutoencoder sae = load("layer_19").dtype(type).open();
                    SparseAutoencoder stored = load("layer_19").open()) {
                assertThat(sae.weightType()).isEqualTo(type);
                float[] features = sae.encode(new float[] {0.5f, 0.75f}).toDense()[0];
                float[] expected = stored.encode(new float[] {0.5f, 0.75f}).toDense()[0];
                for (int i = 0; i < expected.length; i++) {
                    assertThat(features[i]).isCloseTo(expected[i], within(1e-6f));
                }
            }
        }
    }

    private HubSaeLoader load(String name) {
        return SAE.from(name).hub(config().build());
    }

    private HubSaeLoader offline(String name) {
        return SAE.from(name).hub(config().offline(true).build());
    }

    private HubSaeLoader telling(String name, ProgressListener listener) {
        return SAE.from(name).hub(config().progress(listener).build());
    }

    private HubConfig.Builder config() {
        return HubConfig.defaults().toBuilder()
                .endpoint(hub.endpoint().toString())
                .cache(cache);
    }

    /** Returns what no active feature is decoded to: the decoder's bias. */
    private static float[] decodedNothing(SparseAutoencoder sae) {
        return sae.decode(sae.encode(new float[] {1, 1}).edit((token, feature, value) -> 0))[0];
    }

    private List<String> lines() {
        return hub.requests().stream()
                .map(request -> request.method() + " " + request.path())
                .toList();
    }
}
