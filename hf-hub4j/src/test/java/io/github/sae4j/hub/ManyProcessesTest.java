package io.github.sae4j.hub;

import static io.github.sae4j.hub.TestHub.REPO;
import static io.github.sae4j.hub.TestHub.WEIGHTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.hub.Fault;
import io.github.sae4j.fixtures.hub.Request;
import io.github.sae4j.fixtures.hub.When;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that want the same file at once share one transfer. */
@Timeout(600)
class ManyProcessesTest {

    private static final int PROCESSES = 8;

    @TempDir
    private Path temporary;

    @ParameterizedTest(name = "links: {0}")
    @ValueSource(booleans = {true, false})
    void fetchOnceAndAllHaveTheFile(boolean links) throws Exception {
        try (TestHub hub = TestHub.in(temporary)) {
            hub.holdUntilAsked(PROCESSES);
            hub.on(When.get("/cdn/*"), Fault.throttle(1_000_000));
            List<Process> processes = new ArrayList<>();
            for (int i = 0; i < PROCESSES; i++) {
                processes.add(DownloadProcess.start(
                        hub.fake.endpoint().toString(), hub.cache, WEIGHTS, links, temporary.resolve("log" + i)));
            }

            for (int i = 0; i < PROCESSES; i++) {
                assertThat(processes.get(i).waitFor())
                        .as(() -> "log of a process that failed")
                        .withFailMessage(Files.readString(temporary.resolve("log" + i)))
                        .isZero();
            }
            assertThat(hub.cdnRequests()).hasSize(1);
            assertThat(hub.fake.requests().stream()
                            .filter(Request::toCdn)
                            .mapToLong(Request::bytesSent)
                            .sum())
                    .isEqualTo(TestHub.WEIGHTS_SIZE);
            CachedFile file = hub.client().cache().find(REPO, "main", WEIGHTS).orElseThrow();
            assertThat(file.path()).hasBinaryContent(TestHub.weights());
            assertThat(Files.isSymbolicLink(file.path())).isEqualTo(links);
            assertThat(hub.cacheFiles()).hasSize(links ? 5 : 4).noneMatch(name -> name.contains("incomplete"));
        }
    }
}
