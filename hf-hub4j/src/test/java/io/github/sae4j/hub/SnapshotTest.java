package io.github.sae4j.hub;

import static io.github.sae4j.hub.TestHub.CFG;
import static io.github.sae4j.hub.TestHub.REPO;
import static io.github.sae4j.hub.TestHub.WEIGHTS;
import static io.github.sae4j.hub.TestHub.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.hub.Fault;
import io.github.sae4j.fixtures.hub.When;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Row 23: all files of a commit, or those that patterns name. */
class SnapshotTest {

    @RegisterExtension
    private final TestHub hub = TestHub.fresh();

    @Test
    void row23_fetchesAllFilesOfOneCommit() throws IOException {
        Path folder = hub.client().snapshot(REPO, "main", List.of(), List.of());

        assertThat(folder).endsWith(Path.of("snapshots", hub.commit()));
        assertThat(TestHub.filesUnder(folder)).hasSize(4);
        assertThat(folder.resolve(WEIGHTS)).hasBinaryContent(TestHub.weights());
        assertThat(hub.requestLines())
                .filteredOn(line -> line.contains("/revision/main"))
                .hasSize(1);
        assertThat(hub.requestLines()).noneMatch(line -> line.contains("/resolve/main/"));
        assertThat(hub.client().cache().commit(REPO, "main")).contains(hub.commit());
    }

    @Test
    void row23_fetchesOnlyWhatPatternsName() throws IOException {
        Path folder = hub.client().snapshot(REPO, "main", List.of("layer_*/", "*.md"), List.of("*.safetensors"));

        assertThat(folder.resolve(WEIGHTS)).doesNotExist();
        assertThat(TestHub.filesUnder(folder)).hasSize(3);
    }

    @Test
    void row23_matchesNamesAsFnmatchDoes() {
        assertThat(want("*", "a/b/c")).isTrue();
        assertThat(want("*.json", "a/b.json")).isTrue();
        assertThat(want("layer_?/cfg.json", "layer_1/cfg.json")).isTrue();
        assertThat(want("layer_?/cfg.json", "layer_12/cfg.json")).isFalse();
        assertThat(want("layer_[1-3]/*", "layer_2/x")).isTrue();
        assertThat(want("layer_[!1-3]/*", "layer_2/x")).isFalse();
        assertThat(want("layer_[!1-3]/*", "layer_4/x")).isTrue();
        assertThat(want("a[]]b", "a]b")).isTrue();
        assertThat(want("a[b", "a[b")).isTrue();
        assertThat(want("a[^b]", "a^")).isTrue();
        assertThat(want("a[z-b]", "a-")).isTrue();
        assertThat(want("a.b", "aXb")).isFalse();
        assertThat(want("A", "a")).isFalse();
        assertThat(want("**", "a/b")).isTrue();
    }

    @Test
    void row23_keepsTheListAndAsksForItOnce() {
        HubClient client = hub.client();
        client.snapshot(REPO, "main", List.of("layer_21/*"), List.of());
        hub.fake.forgetRequests();

        client.snapshot(REPO, "main", List.of(), List.of());
        assertThat(hub.requestLines()).noneMatch(line -> line.contains("/tree/"));
        hub.fake.forgetRequests();

        client.snapshot(REPO, hub.commit(), List.of(), List.of());
        assertThat(client.list(REPO, hub.commit())).hasSize(4);
        assertThat(hub.fake.requests()).isEmpty();
    }

    @Test
    void row23_givesNoPartOfASnapshotOffline() {
        hub.client().snapshot(REPO, "main", List.of("layer_21/*"), List.of());
        HubClient offline = hub.client(hub.config().offline(true));

        assertThat(offline.snapshot(REPO, "main", List.of("layer_21/*"), List.of()))
                .isDirectory();
        assertThat(failure(
                        LocalEntryNotFoundException.class, () -> offline.snapshot(REPO, "main", List.of(), List.of())))
                .hasMessageContaining("HF_HUB_OFFLINE");
        failure(LocalEntryNotFoundException.class, () -> offline.snapshot(REPO, "v1.0", List.of(), List.of()));
    }

    @Test
    void row23_takesACompleteSnapshotWhenTheHubIsNotToBeReached() {
        HubClient client = hub.client();
        Path folder = client.snapshot(REPO, "main", List.of("layer_21/*"), List.of());
        hub.on(When.any("*"), Fault.hangUp());

        assertThat(client.snapshot(REPO, "main", List.of("layer_21/*"), List.of()))
                .isEqualTo(folder);
        failure(HubException.class, () -> client.snapshot(REPO, "main", List.of(), List.of()));
    }

    @Test
    void row23_passesOnTheFailureOfOneFile() {
        hub.on(When.head("*" + CFG), Fault.status(403));

        assertThat(failure(HubHttpException.class, () -> hub.client().snapshot(REPO, "main", List.of(), List.of()))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void row23_mendsAFileOfTheWrongSize() throws IOException {
        Path folder = hub.client().snapshot(REPO, "main", List.of(), List.of());
        Files.write(folder.resolve(WEIGHTS).toRealPath(), new byte[3]);

        hub.client().snapshot(REPO, hub.commit(), List.of(), List.of());

        assertThat(folder.resolve(WEIGHTS)).hasBinaryContent(TestHub.weights());
    }

    @Test
    void row23_leavesADamagedListAlone() throws IOException {
        hub.client().snapshot(REPO, "main", List.of(), List.of());
        Path list = hub.cache.resolve(REPO.cacheFolderName()).resolve("trees/" + hub.commit() + ".json");
        for (String damaged :
                List.of("", "[]", "{\"format_version\": 2}", "{\"format_version\": 1, \"files\": {\"../x\": {}}}")) {
            Files.writeString(list, damaged);
            assertThat(hub.client().snapshot(REPO, "main", List.of(), List.of()))
                    .isDirectory();
        }
    }

    @Test
    void row23_refusesPagesWithoutAnEnd() {
        hub.on(
                When.get("/api/models/org/sae/tree/*"),
                (request, right) -> right.with("Link", "<" + request.target() + ">; rel=\"next\""));

        assertThat(failure(FileMetadataException.class, () -> hub.client().list(REPO, "main")))
                .hasMessageContaining("no end");
    }

    @Test
    void row23_doesNotFollowPagesToAnotherServer() {
        hub.on(When.get("/api/models/org/sae/tree/*"), Fault.with("Link", "<" + hub.fake.cdn() + "/x>; rel=\"next\""));

        failure(FileMetadataException.class, () -> hub.client().list(REPO, "main"));
        assertThat(hub.cdnRequests()).isEmpty();
    }

    private static boolean want(String pattern, String file) {
        boolean allowed = new NamePatterns(List.of(pattern), List.of()).want(file);
        assertThat(new NamePatterns(List.of(), List.of(pattern)).want(file)).isNotEqualTo(allowed);
        return allowed;
    }

    @Test
    void row23_asksOnceForARepositoryThatIsRefused() {
        hub.on(When.get("/api/*"), Fault.status(403));

        failure(HubHttpException.class, () -> hub.client().snapshot(REPO, "main", List.of(), List.of()));

        assertThat(hub.fake.requests()).hasSize(1);
        assertThat(hub.pauses).isEmpty();
    }

    @Test
    void row23_doesNotBlameTheNetworkForACacheThatCannotBeWritten() throws IOException {
        Path folder = Files.createDirectories(hub.cache.resolve(REPO.cacheFolderName()));
        Files.writeString(folder.resolve("snapshots"), "in the way of a folder");

        HubException refused =
                failure(HubException.class, () -> hub.client().snapshot(REPO, "main", List.of("none"), List.of()));

        assertThat(refused).isNotInstanceOf(HubUnreachableException.class).hasMessageContaining("HF_HUB_CACHE");
    }
}
