package io.github.sae4j.hub;

import static io.github.sae4j.hub.TestHub.REPO;
import static io.github.sae4j.hub.TestHub.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.github.sae4j.fixtures.hub.Fault;
import io.github.sae4j.fixtures.hub.When;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Row 3: no name leads out of the cache, under the rules of either system. */
class TraversalTest {

    private static final List<String> CLIMBING = List.of(
            "..",
            "../x",
            "a/../../x",
            "a/..",
            "..\\x",
            "a\\..\\..\\x",
            "a/..\\x",
            ".. /x",
            "... /x",
            "/etc/passwd",
            "//server/share/x",
            "\\\\server\\share\\x",
            "\\x",
            "C:x",
            "C:\\x",
            "c:/x",
            "a/C:/x",
            "a\\D:x",
            "a//x",
            "a/./x",
            "a\0b",
            "a\nb",
            "");

    @TempDir
    private Path temporary;

    enum Rules {
        POSIX,
        WINDOWS;

        FileSystem newFileSystem() {
            return Jimfs.newFileSystem(this == WINDOWS ? Configuration.windows() : Configuration.unix());
        }
    }

    @ParameterizedTest
    @EnumSource
    void row03_refusesEveryNameThatClimbs(Rules rules) throws IOException {
        try (TestHub hub = TestHub.in(temporary);
                FileSystem memory = rules.newFileSystem()) {
            Path cage = root(memory);
            HubClient client = hub.client(hub.config().cache(cage.resolve("cache")));
            for (String name : CLIMBING) {
                failure(HubException.class, () -> client.download(REPO, "main", name));
                failure(HubException.class, () -> client.download(REPO, name, TestHub.CFG));
                failure(HubException.class, () -> client.read(REPO, "main", name, 0, 1));
                failure(HubException.class, () -> client.exists(REPO, "main", name));
                failure(HubException.class, () -> client.snapshot(REPO, name, List.of(), List.of()));
                failure(HubException.class, () -> client.list(REPO, name));
                failure(HubException.class, () -> client.info(REPO, name));
            }

            assertThat(hub.fake.requests()).isEmpty();
            assertThat(everything(cage)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void row03_refusesWhatTheHubNamesInAListing(Rules rules) throws IOException {
        for (String name : CLIMBING) {
            Path folder = Files.createTempDirectory(temporary, "listing");
            try (TestHub hub = TestHub.in(folder);
                    FileSystem memory = rules.newFileSystem()) {
                Path cage = root(memory);
                String entry = "[{\"type\":\"file\",\"path\":" + quoted(name) + ",\"size\":1,\"oid\":\""
                        + "a".repeat(40) + "\"}]";
                hub.on(
                        When.get("/api/models/org/sae/tree/*"),
                        (request, right) -> right.body(entry).without("Link"));
                HubClient client = hub.client(hub.config().cache(cage.resolve("cache")));

                failure(HubException.class, () -> client.snapshot(REPO, "main", List.of(), List.of()));

                assertThat(everything(cage)).noneMatch(path -> path.contains("snapshots") || path.contains("x"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void row03_refusesWhatTheHubNamesAsCommitOrEtag(Rules rules) throws IOException {
        for (String name : List.of("../../../../x", "..\\..\\x", "/x", "C:x", "x/y", "con:", "..", "a.")) {
            Path folder = Files.createTempDirectory(temporary, "names");
            try (TestHub hub = TestHub.in(folder);
                    FileSystem memory = rules.newFileSystem()) {
                Path cage = root(memory);
                HubClient client = hub.client(hub.config().cache(cage.resolve("cache")));
                hub.on(When.head("*").nth(1), Fault.with("X-Repo-Commit", name));
                hub.on(When.head("*").nth(2), Fault.with("X-Linked-Etag", "\"" + name + "\""));

                failure(FileMetadataException.class, () -> client.download(REPO, "main", TestHub.WEIGHTS));
                failure(FileMetadataException.class, () -> client.download(REPO, "main", TestHub.WEIGHTS));

                assertThat(everything(cage)).isEmpty();
            }
        }
    }

    private static Path root(FileSystem memory) {
        return memory.getRootDirectories().iterator().next().resolve("cage");
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\n", "\\n").replace("\0", "\\u0000") + "\"";
    }

    /** Returns all that the file system has beside its empty working folder. */
    private static List<String> everything(Path cage) throws IOException {
        Path root = cage.getRoot();
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(path -> !path.equals(root) && !path.endsWith("work"))
                    .map(Path::toString)
                    .toList();
        }
    }
}
