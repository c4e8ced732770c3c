package io.github.sae4j.hub;

import static io.github.sae4j.hub.TestHub.CFG;
import static io.github.sae4j.hub.TestHub.REPO;
import static io.github.sae4j.hub.TestHub.TOKEN;
import static io.github.sae4j.hub.TestHub.WEIGHTS;
import static io.github.sae4j.hub.TestHub.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.hub.FakeRepo;
import io.github.sae4j.fixtures.hub.Fault;
import io.github.sae4j.fixtures.hub.Request;
import io.github.sae4j.fixtures.hub.When;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows 4 to 7: how the hub is asked what a file is, and what of its answer counts. */
class MetadataTest {

    @RegisterExtension
    private final TestHub hub = TestHub.fresh();

    @Test
    void row04_asksByHeadWithItsHeaders() {
        hub.client().download(REPO, WEIGHTS);

        Request head = hub.fake.requests().get(0);
        assertThat(head.method()).isEqualTo("HEAD");
        assertThat(head.header("Accept-Encoding")).contains("identity");
        assertThat(head.header("Authorization")).contains("Bearer " + TOKEN);
        assertThat(head.header("User-Agent").orElseThrow()).startsWith("hf-hub4j/");
    }

    @Test
    void row04_sendsNoAuthorizationWithoutAToken() {
        hub.client(hub.config().token("")).download(REPO, CFG);

        assertThat(hub.fake.requests())
                .allSatisfy(
                        request -> assertThat(request.header("Authorization")).isEmpty());
    }

    @Test
    void row04_givesUpWaitingForTheHubAfterItsTimeout() {
        hub.client().download(REPO, CFG);
        hub.on(When.head("*"), Fault.silence());

        // The cache has the file: one try with the short time-out, and no second.
        assertThat(hub.client(hub.config().etagTimeout(Duration.ofMillis(100))).download(REPO, CFG))
                .hasContent("{\"layer\": 19}");
        assertThat(hub.pauses).isEmpty();
    }

    @Test
    void row05_followsOnlyRelativeRedirects() {
        hub.client().download(REPO, CFG);
        assertThat(hub.requestLines())
                .containsExactly(
                        "HEAD /org/sae/resolve/main/" + CFG,
                        "HEAD /api/resolve-cache/models/org/sae/" + hub.commit() + "/" + CFG,
                        "GET /api/resolve-cache/models/org/sae/" + hub.commit() + "/" + CFG);

        hub.fake.forgetRequests();
        hub.client().download(REPO, WEIGHTS);
        assertThat(hub.fake.requests())
                .extracting(Request::method, Request::toCdn)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("HEAD", false),
                        org.assertj.core.groups.Tuple.tuple("GET", true));
    }

    @Test
    void row05_followsARenamedRepository() {
        hub.fake.put(FakeRepo.renamed("org/old", "org/sae"));

        assertThat(hub.client().download(RepoId.model("org/old"), CFG)).hasContent("{\"layer\": 19}");
        assertThat(hub.client().info(RepoId.model("org/old"), "main").commit()).isEqualTo(hub.commit());
    }

    @Test
    void row05_keepsTheQueryOfARelativeRedirect() {
        hub.on(
                When.head("/org/sae/resolve/main/" + CFG).nth(1),
                Fault.redirect(307, java.net.URI.create("/org/sae/resolve/v1.0/" + CFG + "?download=true")));

        hub.client().download(REPO, CFG);

        assertThat(hub.fake.requests().get(1).target()).isEqualTo("/org/sae/resolve/v1.0/" + CFG + "?download=true");
    }

    @Test
    void row05_givesUpOnRedirectsWithoutAnEnd() {
        hub.on(When.head("*"), Fault.redirectLoop());

        assertThat(failure(FileMetadataException.class, () -> hub.client().download(REPO, CFG)))
                .hasMessageContaining("without end");
    }

    @Test
    void row05_refusesARedirectThatCannotBeAsked() {
        for (String location :
                List.of("file:///etc/passwd", "ftp://x/y", "http://", "http://u:p@host/x", "http://h:77777/")) {
            hub.fake.healthy();
            hub.on(When.head("*"), Fault.with("Location", location));
            failure(FileMetadataException.class, () -> hub.client().download(REPO, WEIGHTS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Repo-Commit", "X-Linked-Size"})
    void row06_requiresWhatMakesAFile(String header) {
        hub.on(When.head("*"), Fault.without(header));

        assertThat(failure(FileMetadataException.class, () -> hub.client().download(REPO, WEIGHTS)))
                .hasMessageContaining("proxy");
    }

    @Test
    void row06_requiresAnEtag() {
        hub.on(When.head("*"), Fault.without("X-Linked-Etag").and(Fault.without("ETag")));

        assertThat(failure(FileMetadataException.class, () -> hub.client().download(REPO, WEIGHTS)))
                .hasMessageContaining("ETag");
    }

    @Test
    void row06_takesTheLengthOnlyOfWhatIsNoRedirect() {
        hub.on(When.head("*"), Fault.without("X-Linked-Size").and(Fault.with("Content-Length", "300000")));
        failure(FileMetadataException.class, () -> hub.client().download(REPO, WEIGHTS));

        hub.fake.healthy();
        hub.client().download(REPO, CFG);
        assertThat(hub.fake.requests()).noneMatch(request -> request.status() >= 400);
    }

    @Test
    void row06_stripsQuotesAndWeakness() {
        assertThat(FileMetadata.normalizedEtag("W/\"abc\"")).isEqualTo("abc");
        assertThat(FileMetadata.normalizedEtag("\"abc-12\"")).isEqualTo("abc-12");
        assertThat(FileMetadata.normalizedEtag("abc")).isEqualTo("abc");
        assertThat(FileMetadata.normalizedEtag("\"\"")).isNull();
        assertThat(FileMetadata.normalizedEtag("\"a/b\"")).isNull();
    }

    @Test
    void row07_fetchesXetFilesByPlainHttp() {
        hub.fake.put(hub.repo.xet());

        assertThat(hub.client().download(REPO, WEIGHTS)).hasBinaryContent(TestHub.weights());
        assertThat(hub.cdnRequests())
                .singleElement()
                .satisfies(request -> assertThat(request.path()).startsWith("/xet-bridge-us/"));
    }

    @Test
    void row07_refusesWhatIsTooLargeForPlainHttp() {
        hub.on(When.head("*"), Fault.with("X-Linked-Size", "50000000001").and(Fault.with("X-Xet-Hash", "ab")));

        assertThat(failure(FileMetadataException.class, () -> hub.client().download(REPO, WEIGHTS)))
                .hasMessageContaining("50.0 GB")
                .hasMessageContaining("Xet");
        assertThat(hub.cdnRequests()).isEmpty();
    }
}
