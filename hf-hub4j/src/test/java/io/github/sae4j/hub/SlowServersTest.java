package io.github.sae4j.hub;

import static io.github.sae4j.hub.TestHub.REPO;
import static io.github.sae4j.hub.TestHub.WEIGHTS;
import static io.github.sae4j.hub.TestHub.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.hub.Fault;
import io.github.sae4j.fixtures.hub.Request;
import io.github.sae4j.fixtures.hub.When;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Row 9: servers that fall silent or trickle are not waited for. */
@Timeout(300) // against a transfer that never ends
class SlowServersTest {

    private static final When WEIGHTS_GET = When.get("/cdn/*");

    @RegisterExtension
    private final TestHub hub = TestHub.fresh();

    @Test
    void row09_noticesThatNoMoreBytesCome() {
        // Where the machine is slow, a transfer may end before it stalls.
        hub.on(
                WEIGHTS_GET,
                (request, right) -> begin(request) < 100_000
                        ? Fault.stallAt(100_000 - begin(request)).apply(request, right)
                        : right);
        HubClient client = hub.client(hub.config().downloadTimeout(Duration.ofMillis(500)));

        assertThat(client.download(REPO, WEIGHTS)).hasBinaryContent(TestHub.weights());
        assertThat(hub.cdnRequests())
                .anySatisfy(request -> assertThat(request.header("Range")).hasValue("bytes=100000-"));
    }

    @Test
    void row09_givesUpOnAServerThatTrickles() throws IOException {
        hub.breakOffAt(100_000);
        hub.on(WEIGHTS_GET, Fault.throttle(20));
        HubClient client = hub.client(hub.config().downloadTimeout(Duration.ofMillis(200)));
        List<String> reasons = new ArrayList<>();
        ProgressListener listener = new ProgressListener() {
            @Override
            public void onRetry(String what, Duration pause, String reason) {
                reasons.add(reason);
            }
        };

        failure(
                HubUnreachableException.class,
                () -> client.download(REPO, "main", WEIGHTS, client.options().withProgress(listener)));
        // Where the machine is slow, a try may end before any byte comes.
        assertThat(reasons).hasSize(5).anySatisfy(reason -> assertThat(reason).contains("bytes came in 0.200 s"));
        assertThat(hub.cdnRequests()).hasSize(6);

        hub.fake.healthy();
        hub.fake.forgetRequests();
        assertThat(hub.client().download(REPO, WEIGHTS)).hasBinaryContent(TestHub.weights());
        assertThat(hub.cdnRequests().get(0).header("Range").orElseThrow()).startsWith("bytes=1000");
    }

    @Test
    void row09_givesUpOnAHubWhoseListingTrickles() {
        hub.on(When.get("/api/models/org/sae/tree/*"), Fault.throttle(20));
        HubClient client = hub.client(hub.config().downloadTimeout(Duration.ofMillis(200)));

        assertThat(failure(HubUnreachableException.class, () -> client.list(REPO, "main")))
                .hasMessageFindingMatch("(bytes came in|no byte came for) 0\\.200 s");
        assertThat(hub.fake.requests()).hasSize(6);
    }

    /** Returns the first byte that a request asks for. */
    private static long begin(Request request) {
        return request.header("Range")
                .map(range -> Long.parseLong(range.substring("bytes=".length(), range.length() - 1)))
                .orElse(0L);
    }
}
