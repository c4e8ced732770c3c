package io.github.sae4j.hub;

import static io.github.sae4j.hub.TestHub.CFG;
import static io.github.sae4j.hub.TestHub.REPO;
import static io.github.sae4j.hub.TestHub.WEIGHTS;
import static io.github.sae4j.hub.TestHub.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.hub.Fault;
import io.github.sae4j.fixtures.hub.When;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Row 12: what is tried again, how often, and after how long. */
class RetryTest {

    @RegisterExtension
    private final TestHub hub = TestHub.fresh();

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void row12_triesAgainWhatMayPass(int status) {
        hub.on(When.head("/org/sae/*").first(2), Fault.status(status));

        assertThat(hub.client().download(REPO, CFG)).exists();
        assertThat(hub.pauses).isEqualTo(seconds(1, 2));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 418, 501})
    void row12_doesNotTryAgainWhatStays(int status) {
        hub.on(When.head("*"), Fault.status(status));

        HubHttpException refused =
                failure(HubHttpException.class, () -> hub.client().download(REPO, CFG));

        assertThat(refused.status()).isEqualTo(status);
        assertThat(hub.fake.requests()).hasSize(1);
    }

    @Test
    void row12_triesAgainWhenTheConnectionBreaks() {
        hub.on(When.head("*").first(1), Fault.hangUp());

        assertThat(hub.client().download(REPO, CFG)).exists();
    }

    @Test
    void row12_triesOnceMoreWhereNothingListens() throws IOException {
        List<Duration> oneQuickTry = List.of(Duration.ofMillis(500));
        try (ClosedPort port = ClosedPort.take()) {
            HubClient client = hub.client(hub.config().endpoint(port.address()));

            failure(LocalEntryNotFoundException.class, () -> client.download(REPO, CFG));
            assertThat(hub.pauses).isEqualTo(oneQuickTry);

            hub.pauses.clear();
            failure(HubUnreachableException.class, () -> client.list(REPO, "main"));
            assertThat(hub.pauses).isEqualTo(oneQuickTry);

            hub.pauses.clear();
            failure(HubUnreachableException.class, () -> client.snapshot(REPO, "main", List.of(), List.of()));
            assertThat(hub.pauses).isEqualTo(oneQuickTry);
        }

        hub.pauses.clear();
        HubClient nowhere = hub.client(hub.config().endpoint("http://hub.invalid"));
        failure(LocalEntryNotFoundException.class, () -> nowhere.download(REPO, CFG));
        assertThat(hub.pauses).isEqualTo(oneQuickTry);
    }

    @Test
    void row12_tellsTheListenerWhatIsTriedAgain() {
        hub.on(When.head("/org/sae/*").first(1), Fault.status(503));
        hub.on(When.get("/cdn/*").nth(1), Fault.cutAt(100_000));
        List<String> told = new ArrayList<>();
        ProgressListener listener = new ProgressListener() {
            @Override
            public void onRetry(String what, Duration pause, String reason) {
                told.add(pause.toSeconds() + " s, " + what + ": " + reason);
            }
        };

        hub.client().download(REPO, "main", WEIGHTS, hub.client().options().withProgress(listener));

        assertThat(told).hasSize(2);
        assertThat(told.get(0))
                .startsWith("1 s, the file \"" + WEIGHTS + "\" of org/sae at \"main\": The hub did not send")
                .contains("HTTP status 503");
        assertThat(told.get(1)).startsWith("1 s, the file \"" + WEIGHTS + "\" of org/sae at \"main\": ");
    }

    @Test
    void row12_givesUpAfterFiveTriesWithGrowingPauses() {
        hub.on(When.head("*"), Fault.status(503));

        HubHttpException refused =
                failure(HubHttpException.class, () -> hub.client().download(REPO, CFG));

        assertThat(refused.status()).isEqualTo(503);
        assertThat(hub.pauses).isEqualTo(seconds(1, 2, 4, 8, 8, 8));
    }

    @Test
    void row12_doesNotWaitForWhatIsNotWorthIt() {
        hub.on(When.head("*"), Fault.status(503));

        failure(
                HubHttpException.class,
                () -> hub.client()
                        .download(REPO, "main", CFG, hub.client().options().withPatience(false)));

        assertThat(hub.requestLines()).hasSize(1);
        assertThat(hub.pauses).isEmpty();
    }

    @Test
    void row12_takesTheCachesWordAtOnce() {
        hub.client().download(REPO, CFG);
        hub.fake.forgetRequests();
        hub.on(When.head("*"), Fault.status(503));

        assertThat(hub.client().download(REPO, CFG)).exists();
        assertThat(hub.pauses).isEmpty();
        assertThat(hub.fake.requests()).hasSize(1);
    }

    @Test
    void row12_waitsAsLongAsTheHubAsks() {
        hub.on(When.head("/org/sae/*").nth(1), Fault.rateLimited(55));
        hub.on(When.head("/org/sae/*").nth(2), Fault.retryAfter(429, 7));
        hub.on(When.head("/org/sae/*").nth(3), Fault.retryAfter(503, Instant.parse("2026-01-01T00:00:00Z")));

        assertThat(hub.client().download(REPO, CFG)).exists();
        assertThat(hub.pauses).isEqualTo(seconds(56, 8, 4));
    }

    @Test
    void row12_doesNotWaitLongerThanTheHubsWindow() {
        hub.on(When.head("*"), Fault.rateLimited(100_000));

        HubHttpException refused =
                failure(HubHttpException.class, () -> hub.client().download(REPO, CFG));

        assertThat(refused.retryAfter()).contains(Duration.ofSeconds(100_001));
        assertThat(hub.pauses).isEmpty();
    }

    @Test
    void row12_repeatsATransferOnlyForStatusesThatPass() {
        hub.on(When.get("/cdn/*").nth(1), Fault.retryAfter(429, 3));
        hub.on(When.get("/cdn/*").nth(2), Fault.status(408));
        assertThat(hub.client().download(REPO, WEIGHTS)).exists();
        assertThat(hub.pauses).isEqualTo(seconds(4, 1));

        hub.on(When.get("/api/resolve-cache/*"), Fault.status(503));
        failure(HubHttpException.class, () -> hub.client().download(REPO, CFG));
        assertThat(hub.pauses).hasSize(2);
    }

    @Test
    void row12_repeatsPagesOfAListing() {
        hub.on(When.get("/api/models/org/sae/tree/*").nth(2), Fault.rateLimited(1));

        assertThat(hub.client().list(REPO, "main")).hasSize(4);
        assertThat(hub.pauses).isEqualTo(seconds(2));
    }

    @Test
    void row12_doesNotTryAgainWhereACertificateIsNotAccepted() {
        assertThat(Retry.mayPass(new IOException("handshake", new CertificateException("unknown issuer"))))
                .isFalse();
        assertThat(Retry.mayPass(new IOException("connection reset"))).isTrue();
    }

    @Test
    void row12_doesNotTryAgainWhereThisProcessHasTooManyFilesOpen() {
        IOException full = new FileSystemException("/cache/blobs/x", null, "Too many open files");

        assertThat(Retry.mayPass(new IOException("refused", full))).isFalse();
        assertThat(Downloads.cannotKeep(HubCache.of(hub.cache), "the file \"x\"", full))
                .hasMessage(
                        "The cache " + hub.cache + " cannot keep the file \"x\": this process has as many files open as"
                                + " it may (ulimit -n tells and sets how many; SAEs and files that are not closed count).");
    }

    private static List<Duration> seconds(Integer... seconds) {
        return Stream.of(seconds).map(Duration::ofSeconds).toList();
    }
}
