package io.github.sae4j.hub;

import static io.github.sae4j.hub.TestHub.CFG;
import static io.github.sae4j.hub.TestHub.REPO;
import static io.github.sae4j.hub.TestHub.WEIGHTS;
import static io.github.sae4j.hub.TestHub.WEIGHTS_SIZE;
import static io.github.sae4j.hub.TestHub.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.github.sae4j.fixtures.hub.Answer;
import io.github.sae4j.fixtures.hub.Fault;
import io.github.sae4j.fixtures.hub.Request;
import io.github.sae4j.fixtures.hub.When;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rows 8 to 11: where the bytes come from, how a broken transfer goes on, and what is accepted at its end. */
class TransferTest {

    private static final When WEIGHTS_GET = When.get("/cdn/*");
    private static final When CFG_GET = When.get("/api/resolve-cache/*");

    @RegisterExtension
    private final TestHub hub = TestHub.fresh();

    @Test
    void row08_leavesTheTokenAtTheHub() {
        hub.client().download(REPO, WEIGHTS);

        assertThat(hub.cdnRequests())
                .singleElement()
                .satisfies(
                        request -> assertThat(request.header("Authorization")).isEmpty());
    }

    @Test
    void row08_leavesTheTokenWhenTheTransferItselfIsRedirected() {
        hub.client().download(REPO, WEIGHTS);
        URI signed = URI.create(hub.fake.cdn() + hub.cdnRequests().get(0).target());
        hub.fake.forgetRequests();
        hub.on(CFG_GET.nth(1), Fault.redirect(302, signed));

        failure(IntegrityException.class, () -> hub.client().download(REPO, CFG));

        assertThat(hub.cdnRequests())
                .singleElement()
                .satisfies(
                        request -> assertThat(request.header("Authorization")).isEmpty());
    }

    @Test
    void row08_doesNotTakeTheTokenUpAgainOnTheWayBack() {
        hub.on(
                WEIGHTS_GET.nth(1),
                Fault.redirect(302, URI.create(hub.fake.endpoint() + "/org/sae/resolve/main/" + CFG)));

        failure(HubException.class, () -> hub.client().download(REPO, WEIGHTS));

        assertThat(hub.fake.requests())
                .filteredOn(request -> request.method().equals("GET"))
                .isNotEmpty()
                .allSatisfy(
                        request -> assertThat(request.header("Authorization")).isEmpty());
    }

    @Test
    void row08_asksForTheCommitAndNotForTheBranch() {
        hub.on(
                When.head("/org/sae/resolve/main/" + CFG),
                Fault.answer(Answer.of(200)
                        .with("X-Repo-Commit", hub.commit())
                        .with("ETag", "\"" + gitSha1(CFG) + "\"")
                        .body("{\"layer\": 19}")));

        hub.client().download(REPO, CFG);

        assertThat(hub.fake.requests().get(1).path()).isEqualTo("/org/sae/resolve/" + hub.commit() + "/" + CFG);
    }

    @Test
    void row08_asksForANewAddressWhenTheSignedOneHasExpired() {
        hub.on(WEIGHTS_GET.nth(1), Fault.expiredSignature());

        assertThat(hub.client().download(REPO, WEIGHTS)).hasBinaryContent(TestHub.weights());
        assertThat(hub.fake.requests()).extracting(Request::method).containsExactly("HEAD", "GET", "HEAD", "GET");
    }

    @Test
    void row08_givesUpWhereNoAddressIsAccepted() {
        hub.on(WEIGHTS_GET, Fault.expiredSignature());

        HubHttpException refused =
                failure(HubHttpException.class, () -> hub.client().download(REPO, WEIGHTS));

        assertThat(refused.status()).isEqualTo(403);
        assertThat(hub.cdnRequests()).hasSize(2);
    }

    @Test
    void row08_givesUpOnRedirectsWithoutAnEnd() {
        hub.on(WEIGHTS_GET, Fault.redirectLoop());

        assertThat(failure(HubHttpException.class, () -> hub.client().download(REPO, WEIGHTS)))
                .hasMessageContaining("without end");
    }

    @Test
    void row09_asksForBytesAsTheyAre() {
        hub.client().download(REPO, WEIGHTS);

        assertThat(hub.cdnRequests().get(0).header("Accept-Encoding")).contains("identity");
    }

    @Test
    void row09_refusesWhatIsEncodedAllTheSame() {
        hub.on(WEIGHTS_GET, Fault.gzip());

        assertThat(failure(IntegrityException.class, () -> hub.client().download(REPO, WEIGHTS)))
                .hasMessageContaining("gzip");
    }

    @Test
    void row10_goesOnWhereTheConnectionBroke() {
        hub.on(WEIGHTS_GET.nth(1), Fault.cutAt(100_000));
        hub.on(WEIGHTS_GET.nth(2), Fault.cutAt(50_000));

        assertThat(hub.client().download(REPO, WEIGHTS)).hasBinaryContent(TestHub.weights());
        assertThat(range(0)).isEmpty();
        assertThat(range(1)).hasValue("bytes=100000-");
        assertThat(range(2)).hasValue("bytes=150000-");
        assertThat(hub.pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(1));
    }

    @Test
    void row10_goesOnWhereAnEarlierCallBroke() throws IOException {
        hub.breakOffAt(100_000);
        Progress progress = new Progress();

        CachedFile file = hub.client()
                .download(REPO, "main", WEIGHTS, hub.client().options().withProgress(progress));

        assertThat(file.path()).hasBinaryContent(TestHub.weights());
        assertThat(range(0)).hasValue("bytes=100000-");
        assertThat(progress.seen).startsWith("start 300000 100000").endsWith("done");
        assertThat(hub.cacheFiles()).noneMatch(name -> name.contains("incomplete"));
    }

    @Test
    void row10_asksForNothingWhenAllBytesAreThere() throws IOException {
        Path blobs = Files.createDirectories(
                hub.cache.resolve(REPO.cacheFolderName()).resolve("blobs"));
        Files.write(blobs.resolve(sha256() + ".resume.incomplete"), TestHub.weights());

        assertThat(hub.client().download(REPO, WEIGHTS)).hasBinaryContent(TestHub.weights());
        assertThat(hub.cdnRequests()).isEmpty();
    }

    @Test
    void row10_fetchesAllAgainWhenWhatWasLeftIsDamaged() throws IOException {
        Path blobs = Files.createDirectories(
                hub.cache.resolve(REPO.cacheFolderName()).resolve("blobs"));
        Files.write(blobs.resolve(sha256() + ".resume.incomplete"), new byte[1000]);

        assertThat(hub.client().download(REPO, WEIGHTS)).hasBinaryContent(TestHub.weights());
        assertThat(range(0)).hasValue("bytes=1000-");
        assertThat(range(1)).isEmpty();
    }

    @Test
    void row10_doesNotTouchPartialFilesOfOthers() throws IOException {
        Path blobs = Files.createDirectories(
                hub.cache.resolve(REPO.cacheFolderName()).resolve("blobs"));
        Path others = Files.write(blobs.resolve(sha256() + ".1a2b3c4d.incomplete"), new byte[1000]);

        hub.client().download(REPO, WEIGHTS);

        assertThat(others).hasBinaryContent(new byte[1000]);
        assertThat(range(0)).isEmpty();
    }

    @Test
    void row10_doesNotWriteThroughALinkInPlaceOfAPartialFile() throws IOException {
        Path blobs = Files.createDirectories(
                hub.cache.resolve(REPO.cacheFolderName()).resolve("blobs"));
        Path outside = Files.write(hub.cache.resolveSibling("outside"), new byte[1000]);
        Files.createSymbolicLink(blobs.resolve(sha256() + ".resume.incomplete"), outside);

        assertThat(hub.client().download(REPO, WEIGHTS)).hasBinaryContent(TestHub.weights());
        assertThat(outside).hasBinaryContent(new byte[1000]);
    }

    @Test
    void row10_startsOverWhenTheRangeIsIgnored() {
        hub.on(WEIGHTS_GET.nth(1), Fault.cutAt(100_000));
        hub.on(WEIGHTS_GET.nth(2), Fault.ignoreRange());
        Progress progress = new Progress();

        hub.client().download(REPO, "main", WEIGHTS, hub.client().options().withProgress(progress));

        assertThat(hub.client().download(REPO, WEIGHTS)).hasBinaryContent(TestHub.weights());
        assertThat(progress.seen).contains("bytes 0");
    }

    @Test
    void row10_givesUpOnAServerThatAlwaysStartsOverAndBreaksOff() {
        hub.on(WEIGHTS_GET, Fault.ignoreRange().and(Fault.cutAt(100_000)));

        failure(HubUnreachableException.class, () -> hub.client().download(REPO, WEIGHTS));

        assertThat(hub.cdnRequests()).hasSize(6);
    }

    @Test
    void row10_givesUpAfterFiveTriesWithoutAByte() {
        hub.on(WEIGHTS_GET, Fault.hangUp());

        failure(HubUnreachableException.class, () -> hub.client().download(REPO, WEIGHTS));

        assertThat(hub.pauses).hasSize(5);
    }

    @Test
    void row10_checksTheRangeThatIsSent() {
        hub.on(WEIGHTS_GET.nth(1), Fault.cutAt(100_000));
        hub.on(WEIGHTS_GET.nth(2), Fault.with("Content-Range", "bytes 99999-299999/300000"));

        assertThat(failure(IntegrityException.class, () -> hub.client().download(REPO, WEIGHTS)))
                .hasMessageContaining("100000-299999/300000")
                .hasMessageContaining("bytes 99999-299999/300000");
    }

    @Test
    void row10_namesBothRangesWhenTheServerHasNotTheOneThatWasAskedFor() {
        hub.on(WEIGHTS_GET.nth(1), Fault.cutAt(100_000));
        hub.on(WEIGHTS_GET.nth(2), Fault.answer(Answer.of(416).with("Content-Range", "bytes */50000")));

        HubHttpException refused =
                failure(HubHttpException.class, () -> hub.client().download(REPO, WEIGHTS));

        assertThat(refused.status()).isEqualTo(416);
        assertThat(refused).hasMessageContaining("bytes=100000-").hasMessageContaining("bytes */50000");
    }

    @Test
    void row11_refusesWrongBytesAndKeepsNothingOfThem() throws IOException {
        for (String file : List.of(WEIGHTS, CFG)) {
            hub.fake.healthy();
            hub.on(When.get("*"), Fault.flip(3));

            failure(IntegrityException.class, () -> hub.client().download(REPO, file));

            assertThat(hub.cacheFiles()).noneMatch(name -> name.contains("incomplete") || name.endsWith(file));
            hub.fake.healthy();
            assertThat(hub.client().download(REPO, file)).exists();
        }
    }

    @Test
    void row11_refusesWrongSizes() throws IOException {
        for (long length : new long[] {WEIGHTS_SIZE - 1, WEIGHTS_SIZE + 1}) {
            hub.fake.healthy();
            hub.on(WEIGHTS_GET, Fault.stateLength(length));

            assertThat(failure(IntegrityException.class, () -> hub.client().download(REPO, WEIGHTS)))
                    .hasMessageContaining("300000");
            assertThat(hub.cacheFiles()).noneMatch(name -> name.contains("blobs"));
        }
        hub.fake.healthy();
        hub.on(
                WEIGHTS_GET,
                Fault.answer(Answer.of(200).body("x".repeat(WEIGHTS_SIZE + 1))).and(Fault.without("Content-Length")));
        failure(IntegrityException.class, () -> hub.client().download(REPO, WEIGHTS));
    }

    @Test
    void row11_checksTheSpaceBeforeItAsksForBytes() throws IOException {
        Configuration small =
                Configuration.unix().toBuilder().setMaxSize(200_000).build();
        try (FileSystem memory = Jimfs.newFileSystem(small)) {
            HubClient client = hub.client(hub.config().cache(memory.getPath("/cache")));

            assertThat(failure(HubException.class, () -> client.download(REPO, WEIGHTS)))
                    .hasMessageContaining("300.0 kB (300000 bytes)")
                    .hasMessageContaining("HF_HUB_CACHE");
            assertThat(hub.cdnRequests()).isEmpty();
        }
    }

    @Test
    void row11_saysThatTheDiskFilledUpMeanwhile() throws IOException {
        Configuration small =
                Configuration.unix().toBuilder().setMaxSize(600_000).build();
        try (FileSystem memory = Jimfs.newFileSystem(small)) {
            HubClient client = hub.client(hub.config().cache(memory.getPath("/cache")));
            ProgressListener filling = new ProgressListener() {
                @Override
                public void onStart(String file, long totalBytes, long alreadyThere) {
                    try {
                        Files.write(memory.getPath("/filling"), new byte[500_000]);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            };

            assertThat(failure(
                            HubException.class,
                            () -> client.download(REPO, "main", WEIGHTS, new DownloadOptions(false, true, filling))))
                    .hasMessageContaining("cannot keep")
                    .hasMessageContaining("out of disk space")
                    .hasMessageNotContaining("DiskFailure");
        }
    }

    @Test
    void keepsFilesThatAreEmpty() throws IOException {
        hub.write("empty.json", new byte[0]);

        assertThat(hub.client().download(REPO, "empty.json")).isEmptyFile();
    }

    private Optional<String> range(int transfer) {
        return hub.cdnRequests().get(transfer).header("Range");
    }

    private String sha256() {
        return hub.client().list(REPO, "main").stream()
                .filter(file -> file.path().equals(WEIGHTS))
                .map(RepoFile::etag)
                .findFirst()
                .orElseThrow();
    }

    private String gitSha1(String name) {
        String etag = hub.client().list(REPO, "main").stream()
                .filter(file -> file.path().equals(name))
                .map(RepoFile::etag)
                .findFirst()
                .orElseThrow();
        hub.fake.forgetRequests();
        return etag;
    }

    /** Notes what it is told. */
    static final class Progress implements ProgressListener {

        final List<String> seen = new ArrayList<>();

        @Override
        public void onStart(String file, long totalBytes, long alreadyThere) {
            seen.add("start " + totalBytes + " " + alreadyThere);
        }

        @Override
        public void onBytes(String file, long bytesThere) {
            seen.add("bytes " + bytesThere);
        }

        @Override
        public void onDone(String file) {
            seen.add("done");
        }
    }
}
