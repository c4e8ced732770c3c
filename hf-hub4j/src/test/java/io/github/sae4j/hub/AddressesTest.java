package io.github.sae4j.hub;

import static io.github.sae4j.hub.TestHub.REPO;
import static io.github.sae4j.hub.TestHub.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.hub.FakeHub;
import io.github.sae4j.fixtures.hub.FakeRepo;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows 1 to 3: where things are at the hub, and which names nothing can have. */
class AddressesTest {

    @TempDir
    private Path temporary;

    private final HubAddresses addresses = new HubAddresses(URI.create("https://hub.example"));

    @Test
    void row01_quotesRevisionsWholeAndFilesByParts() {
        assertThat(addresses.file(REPO, "refs/pr/1", "a b/ü#?.json"))
                .hasToString("https://hub.example/org/sae/resolve/refs%2Fpr%2F1/a%20b/%C3%BC%23%3F.json");
        assertThat(addresses.file(new RepoId(RepoType.DATASET, "org/data"), "main", "x"))
                .hasToString("https://hub.example/datasets/org/data/resolve/main/x");
        assertThat(addresses.file(new RepoId(RepoType.SPACE, "org/app"), "v1", "x"))
                .hasToString("https://hub.example/spaces/org/app/resolve/v1/x");
        assertThat(addresses.info(REPO, "refs/pr/1"))
                .hasToString("https://hub.example/api/models/org/sae/revision/refs%2Fpr%2F1");
        assertThat(addresses
                        .tree(new RepoId(RepoType.DATASET, "org/data"), "main")
                        .toString())
                .startsWith("https://hub.example/api/datasets/org/data/tree/main?recursive=true");
    }

    @Test
    void row01_followsThePagesOfAListing() {
        try (TestHub hub = TestHub.in(temporary)) {
            List<RepoFile> files = hub.client().list(REPO, "main");

            assertThat(files)
                    .extracting(RepoFile::path)
                    .containsExactlyInAnyOrder("README.md", TestHub.CFG, "layer_21/cfg.json", TestHub.WEIGHTS);
            assertThat(files)
                    .filteredOn(file -> file.path().equals(TestHub.WEIGHTS))
                    .singleElement()
                    .satisfies(file -> {
                        assertThat(file.size()).isEqualTo(TestHub.WEIGHTS_SIZE);
                        assertThat(file.etag()).hasSize(64);
                    });
            assertThat(hub.requestLines()).hasSizeGreaterThan(1);
        }
    }

    @Test
    void row01_namesTheCommitAndTheFilesOfARevision() {
        try (TestHub hub = TestHub.in(temporary)) {
            RepoInfo info = hub.client().info(REPO, "refs/pr/1");

            assertThat(info.commit()).isEqualTo(hub.branches().get("refs/pr/1"));
            assertThat(info.files()).contains(TestHub.CFG, TestHub.WEIGHTS);
        }
    }

    @Test
    void row01_fetchesFromDatasetsAndSpaces() throws IOException {
        Path files = Files.createDirectories(temporary.resolve("data"));
        Files.writeString(files.resolve("train 1.json"), "[1]");
        try (FakeHub fake = FakeHub.serving(FakeRepo.of("datasets/org/data", files))
                .and("spaces/org/app", files)
                .start()) {
            HubClient client = HubClient.create(HubConfig.defaults().toBuilder()
                    .endpoint(fake.endpoint().toString())
                    .cache(temporary.resolve("cache"))
                    .build());

            assertThat(client.download(new RepoId(RepoType.DATASET, "org/data"), "train 1.json"))
                    .hasContent("[1]");
            assertThat(client.download(new RepoId(RepoType.SPACE, "org/app"), "train 1.json"))
                    .hasContent("[1]");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "/", "a/b/c", "-a/b", "a/b-", "a/.b", "a--b", "a/b..c", "a/b.git", "a b", "ä/b", "a/", "../b",
                "a/b\n"
            })
    void row02_refusesWhatIsNoRepository(String id) {
        failure(HubException.class, () -> RepoId.model(id));
        failure(HubException.class, () -> RepoId.model("o/" + "x".repeat(97)));
    }

    @Test
    void row02_knowsCommitsAndHashesByTheirDigits() {
        assertThat(HubCache.isCommit("0123456789abcdef".repeat(2) + "01234567")).isTrue();
        assertThat(HubCache.isCommit("0123456789ABCDEF".repeat(2) + "01234567")).isFalse();
        assertThat(HubCache.isCommit("main")).isFalse();
        assertThat(ContentHash.of("a".repeat(64), 1).isKnown()).isTrue();
        assertThat(ContentHash.of("a".repeat(40), 1).isKnown()).isTrue();
        assertThat(ContentHash.of("a".repeat(32), 1).isKnown()).isFalse();
    }

    @Test
    void row02_refusesAnAddressThatIsNoHub() {
        for (String address : List.of(
                "",
                "hub.example",
                "ftp://hub.example",
                "https://u:p@hub.example",
                "https://h/?q=1",
                "http://h:99999")) {
            HubException refused = failure(
                    HubException.class, () -> HubConfig.defaults().toBuilder().endpoint(address));
            assertThat(refused).hasMessageContaining("HF_ENDPOINT");
            assertThat(refused.getMessage()).doesNotContain("u:p").doesNotContain("q=1");
        }
    }
}
