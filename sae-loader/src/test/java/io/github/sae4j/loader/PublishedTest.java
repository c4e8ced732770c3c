package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.hub.HubException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Published SAEs offline, out of a cache as Python's client leaves it, and the sentence for each that is not there. */
class PublishedTest {

    private static final String REPOSITORY = "analist/ministral-3b-sae";
    private static final String MAIN = "1f0e3dad99908345f7439f8ffabdffc40a1b2c3d";
    private static final String PULL_REQUEST = "2b00042f7481c7b056c4b410d28f33cf4d5e6f70";

    @TempDir
    private Path cache;

    private Path files;

    @BeforeEach
    void prepare() {
        files = new TinySae().sparsity("sparsity", new float[] {-1, -2, -3}).in(cache.resolve("made"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void opensByNameWithLinksAndWithout(boolean links) throws IOException {
        publish(REPOSITORY, MAIN, "layer_19", links);
        ref(REPOSITORY, "main", MAIN);

        try (SparseAutoencoder sae =
                        SAE.from("layer_19").hub(HubConfigs.offline(cache)).open();
                SparseAutoencoder local = SAE.fromDisk(files)) {
            assertThat(sae.config().dSae()).isEqualTo(3);
            assertThat(sae.sparsity().orElseThrow()).containsExactly(-1, -2, -3);
            assertThat(sae.source().repository()).contains(REPOSITORY);
            assertThat(sae.source().commit()).contains(MAIN);
            assertThat(sae.source().files())
                    .containsExactly(
                            "layer_19/cfg.json", "layer_19/sae_weights.safetensors", "layer_19/sparsity.safetensors");
            assertThat(sae.source().description()).isEqualTo(REPOSITORY + ":layer_19 at 1f0e3da");
            assertThat(sae.source().sha256()).isEqualTo(local.source().sha256());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "layer_21",
                "analist/ministral-3b-sae:layer_21",
                "analist/ministral-3b-sae:layer_21/",
                "analist/ministral-3b-sae:layer_21@main",
                "analist/ministral-3b-sae@main:layer_21",
                "ministral-3b-sae:layer_21",
                "layer_21@main"
            })
    void opensByEveryFormOfTheName(String name) throws IOException {
        publish(REPOSITORY, MAIN, "layer_21", false);
        ref(REPOSITORY, "main", MAIN);

        try (SparseAutoencoder sae =
                SAE.from(name).hub(HubConfigs.offline(cache)).open()) {
            assertThat(sae.source().files()).contains("layer_21/cfg.json");
        }
    }

    @Test
    void opensByRepositoryAndFolder() throws IOException {
        publish(REPOSITORY, MAIN, "layer_19", false);
        ref(REPOSITORY, "main", MAIN);

        SAE.from(REPOSITORY, "layer_19").hub(HubConfigs.offline(cache)).open().close();
        SAE.from(REPOSITORY, "/layer_19/").hub(HubConfigs.offline(cache)).open().close();
        SAE.from("ministral-3b-sae", "layer_19")
                .hub(HubConfigs.offline(cache))
                .open()
                .close();
    }

    @Test
    void opensARepositoryThatIsItselfTheFolder() throws IOException {
        publish("owner/name", MAIN, "", false);
        ref("owner/name", "main", MAIN);

        try (SparseAutoencoder sae =
                SAE.from("owner/name").hub(HubConfigs.offline(cache)).open()) {
            assertThat(sae.source().files()).contains("cfg.json");
            assertThat(sae.source().description()).isEqualTo("owner/name at 1f0e3da");
        }
        SAE.from("owner/name", "").hub(HubConfigs.offline(cache)).open().close();
    }

    @Test
    void opensTheRevisionThatIsAskedFor() throws IOException {
        publish(REPOSITORY, MAIN, "layer_19", false);
        publish(REPOSITORY, PULL_REQUEST, "layer_19", false);
        ref(REPOSITORY, "main", MAIN);
        ref(REPOSITORY, "refs/pr/1", PULL_REQUEST);

        assertThat(commit(SAE.from("layer_19"))).isEqualTo(MAIN);
        assertThat(commit(SAE.from("layer_19@refs/pr/1"))).isEqualTo(PULL_REQUEST);
        assertThat(commit(SAE.from("layer_19").revision("refs/pr/1"))).isEqualTo(PULL_REQUEST);
        assertThat(commit(SAE.from(REPOSITORY + "@refs/pr/1:layer_19"))).isEqualTo(PULL_REQUEST);
        assertThat(commit(SAE.from(REPOSITORY + ":layer_19@refs/pr/1"))).isEqualTo(PULL_REQUEST);
        assertThat(commit(SAE.from(REPOSITORY + "@refs/pr/1", "layer_19"))).isEqualTo(PULL_REQUEST);
        assertThat(commit(SAE.from("layer_19").revision(PULL_REQUEST))).isEqualTo(PULL_REQUEST);
    }

    @Test
    void saysWhatIsMissingWhereAndWhatToDoWhenNothingIsCached() {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() ->
                        SAE.from("layer_19").hub(HubConfigs.offline(cache)).open())
                .withMessage(
                        "analist/ministral-3b-sae (revision main): layer_19/cfg.json is not in the Hugging Face cache "
                                + cache + ", and offline mode forbids fetching it. To fetch"
                                + " analist/ministral-3b-sae:layer_19, leave offline mode (HF_HUB_OFFLINE or"
                                + " offline(true)); if the cache is elsewhere, set HF_HOME or HF_HUB_CACHE.");
    }

    @Test
    void namesTheRevisionInTheCommandThatFetchesIt() throws IOException {
        publish(REPOSITORY, MAIN, "layer_19", false);

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() ->
                        SAE.from("layer_19@v2").hub(HubConfigs.offline(cache)).open())
                .withMessageStartingWith("analist/ministral-3b-sae (revision v2): ")
                .withMessageContaining("It has of this repository the commits " + MAIN + ".")
                .withMessageContaining("To fetch analist/ministral-3b-sae:layer_19@v2, leave offline mode (");
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() ->
                        SAE.from("owner/name").hub(HubConfigs.offline(cache)).open())
                .withMessageContaining("To fetch owner/name, leave offline mode (");
    }

    @Test
    void doesNotClaimThatARepositoryLacksWhatIsOnlyNotCached() throws IOException {
        publish(REPOSITORY, MAIN, "layer_19", false);
        ref(REPOSITORY, "main", MAIN);

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() ->
                        SAE.from("layer_21").hub(HubConfigs.offline(cache)).open())
                .withMessageContaining("layer_21/cfg.json is not in the Hugging Face cache " + cache
                        + ", and offline mode forbids fetching it. It has of this repository: layer_19. To fetch"
                        + " analist/ministral-3b-sae:layer_21, leave");
    }

    @Test
    void saysThatAKnownRepositoryHasNoSuchSae() {
        String message = "analist/ministral-3b-sae has no layer_91. It has: layer_19, layer_21.";
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.from("layer_91"))
                .withMessage(message);
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.from("ministral-3b-sae", "layer_91"))
                .withMessage(message);
    }

    @Test
    void assumesNoConfigurationWhereOneMayExist() throws IOException {
        publish(REPOSITORY, MAIN, "layer_19", false);
        ref(REPOSITORY, "main", MAIN);
        Files.delete(snapshot(REPOSITORY, MAIN).resolve("layer_19/cfg.json"));

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() ->
                        SAE.from("layer_19").hub(HubConfigs.offline(cache)).open())
                .withMessageContaining("layer_19/cfg.json is not in the Hugging Face cache");
    }

    @Test
    void tellsWhatIsWrongWithAConfigurationThoughTheWeightsAreNotCached() throws IOException {
        publish(REPOSITORY, MAIN, "layer_19", false);
        ref(REPOSITORY, "main", MAIN);
        Path folder = snapshot(REPOSITORY, MAIN).resolve("layer_19");
        Files.delete(folder.resolve("sae_weights.safetensors"));
        Files.writeString(folder.resolve("cfg.json"), "{}");

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() ->
                        SAE.from("layer_19").hub(HubConfigs.offline(cache)).open())
                .withMessageContaining("d_in is missing");
    }

    @Test
    void doesWithoutASparsityThatWasNotFetched() throws IOException {
        publish(REPOSITORY, MAIN, "layer_19", false);
        ref(REPOSITORY, "main", MAIN);
        Files.delete(snapshot(REPOSITORY, MAIN).resolve("layer_19/sparsity.safetensors"));

        try (SparseAutoencoder sae =
                SAE.from("layer_19").hub(HubConfigs.offline(cache)).open()) {
            assertThat(sae.sparsity()).isEmpty();
        }
    }

    @Test
    void opensASaeThatAKnownRepositoryHasGained() throws IOException {
        publish(REPOSITORY, MAIN, "layer_25", false);
        ref(REPOSITORY, "main", MAIN);

        SAE.from(REPOSITORY, "layer_25").hub(HubConfigs.offline(cache)).open().close();
    }

    @Test
    void saysThatOnlyTheWeightsAreMissing() throws IOException {
        publish(REPOSITORY, MAIN, "layer_19", false);
        ref(REPOSITORY, "main", MAIN);
        Files.delete(snapshot(REPOSITORY, MAIN).resolve("layer_19/sae_weights.safetensors"));

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() ->
                        SAE.from("layer_19").hub(HubConfigs.offline(cache)).open())
                .withMessageContaining("layer_19/sae_weights.safetensors is not in the Hugging Face cache");
    }

    @Test
    void passesOnWhatIsWrongWithTheCache() {
        ref(REPOSITORY, "main", "nonsense");

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() ->
                        SAE.from("layer_19").hub(HubConfigs.offline(cache)).open())
                .withMessageContaining("should hold a commit of 40 hexadecimal digits, but holds \"nonsense\"")
                .withCauseInstanceOf(HubException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../other", "a/../../b", "C:/x", "a\\..\\b"})
    void refusesFoldersThatLeadOutOfTheCache(String folder) {
        ref("owner/name", "main", MAIN);

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.from("owner/name", folder)
                        .hub(HubConfigs.offline(cache))
                        .open())
                .withCauseInstanceOf(HubException.class);
    }

    @Test
    void refusesTwoRevisions() {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.from("layer_19@main").revision("v2"))
                .withMessage("The SAE's name asks for the revision main, and revision(...) for v2.");
    }

    @Test
    void refusesACommitThatIsNone() {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.from("layer_19@main").commit("v2"))
                .withMessage("A commit is 40 hexadecimal digits, but is \"v2\".");
    }

    @Test
    void refusesMissingArguments() {
        assertThatNullPointerException().isThrownBy(() -> SAE.fromPretrained(null));
        assertThatNullPointerException().isThrownBy(() -> SAE.fromPretrained("owner/name", null));
        assertThatNullPointerException().isThrownBy(() -> SAE.fromPretrained(null, "folder"));
        assertThatNullPointerException().isThrownBy(() -> SAE.fromDisk(null));
        HubSaeLoader loader = SAE.from("layer_19");
        assertThatNullPointerException().isThrownBy(() -> loader.revision(null));
        assertThatNullPointerException().isThrownBy(() -> loader.device(null));
        assertThatNullPointerException().isThrownBy(() -> loader.hub(null));
        assertThatNullPointerException().isThrownBy(() -> loader.runtime(null));
        assertThatNullPointerException().isThrownBy(() -> loader.dtype(null));
    }

    private String commit(HubSaeLoader loader) {
        try (SparseAutoencoder sae = loader.hub(HubConfigs.offline(cache)).open()) {
            return sae.source().commit().orElseThrow();
        }
    }

    private Path repository(String id) {
        return cache.resolve("models--" + id.replace("/", "--"));
    }

    private Path snapshot(String id, String commit) {
        return repository(id).resolve("snapshots").resolve(commit);
    }

    private void ref(String id, String revision, String content) {
        try {
            Path ref = repository(id).resolve("refs").resolve(revision);
            Files.createDirectories(ref.getParent());
            Files.writeString(ref, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void publish(String id, String commit, String folder, boolean links) throws IOException {
        Path target = snapshot(id, commit).resolve(folder);
        Path blobs = Files.createDirectories(repository(id).resolve("blobs"));
        Files.createDirectories(target);
        for (String name : new String[] {"cfg.json", "sae_weights.safetensors", "sparsity.safetensors"}) {
            if (!links) {
                Files.copy(files.resolve(name), target.resolve(name));
                continue;
            }
            Path blob = Files.copy(files.resolve(name), blobs.resolve("etag-" + name));
            try {
                Files.createSymbolicLink(target.resolve(name), target.relativize(blob));
            } catch (FileSystemException e) {
                Assumptions.abort("this account may not make links: " + e.getReason());
            }
        }
    }
}
