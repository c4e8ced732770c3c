package io.github.sae4j.hub;

import static io.github.sae4j.hub.TestHub.CFG;
import static io.github.sae4j.hub.TestHub.REPO;
import static io.github.sae4j.hub.TestHub.WEIGHTS;
import static io.github.sae4j.hub.TestHub.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Feature;
import com.google.common.jimfs.Jimfs;
import io.github.sae4j.fixtures.hub.Fault;
import io.github.sae4j.fixtures.hub.Request;
import io.github.sae4j.fixtures.hub.When;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rows 15 to 19: what lies where in the cache, in which order it gets there, and who waits for whom. */
@DisabledOnOs(
        value = OS.WINDOWS,
        disabledReason = "links need a privilege there; the Windows tests below run in memory")
class CacheLayoutTest {

    private static final String FOLDER = "models--org--sae";

    @RegisterExtension
    private final TestHub hub = TestHub.fresh();

    @Test
    void row15_laysTheCacheOutAsPythonDoes() throws IOException {
        hub.client().download(REPO, WEIGHTS);
        String etag = etag(WEIGHTS);

        assertThat(hub.cacheFiles())
                .containsExactly(
                        ".locks/" + FOLDER + "/" + etag + ".lock",
                        "CACHEDIR.TAG",
                        FOLDER + "/blobs/" + etag,
                        FOLDER + "/refs/main",
                        FOLDER + "/snapshots/" + hub.commit() + "/" + WEIGHTS + " -> ../../../blobs/" + etag);
        assertThat(hub.cache.resolve("CACHEDIR.TAG"))
                .content()
                .startsWith("Signature: 8a477f597d28d172789f06886806bc55\n");
    }

    @Test
    void row15_keepsToAFolderThatIsNamedThroughALink() throws IOException {
        Path elsewhere =
                Files.createDirectories(hub.cache.resolveSibling("elsewhere").resolve("deep"));
        Path named = Files.createSymbolicLink(hub.cache.resolveSibling("link"), elsewhere)
                .resolve("..")
                .resolve("cache");

        Path file = hub.client(hub.config().cache(named)).download(REPO, WEIGHTS);

        assertThat(file).hasBinaryContent(TestHub.weights());
        assertThat(file.toRealPath())
                .startsWithRaw(elsewhere.resolveSibling("cache").toRealPath());
        assertThat(TestHub.filesUnder(elsewhere.resolveSibling("cache"))).hasSize(5);
    }

    @Test
    void row16_notesWhatARevisionStandsFor() throws IOException {
        HubClient client = hub.client();
        client.download(REPO, "v1.0", CFG);
        client.download(REPO, "refs/pr/1", CFG);
        client.download(REPO, hub.commit(), CFG);

        Path refs = hub.cache.resolve(FOLDER).resolve("refs");
        assertThat(TestHub.filesUnder(refs)).containsExactly("refs/pr/1", "v1.0");
        assertThat(refs.resolve("v1.0")).hasContent(hub.commit());
        assertThat(refs.resolve("refs/pr/1")).hasContent(hub.branches().get("refs/pr/1"));
    }

    @Test
    void row16_writesARefOnlyWhenItChanges() throws IOException {
        hub.client().download(REPO, CFG);
        Path ref = hub.cache.resolve(FOLDER).resolve("refs/main");
        FileTime longAgo = FileTime.fromMillis(0);
        Files.setLastModifiedTime(ref, longAgo);

        hub.client().download(REPO, CFG);
        assertThat(Files.getLastModifiedTime(ref)).isEqualTo(longAgo);

        Files.writeString(ref, "0".repeat(40));
        hub.client().download(REPO, CFG);
        assertThat(ref).hasContent(hub.commit());
    }

    @Test
    void row16_losesNothingWhereARefCannotBeWritten() throws IOException {
        Files.createDirectories(hub.cache.resolve(FOLDER));
        Files.writeString(hub.cache.resolve(FOLDER).resolve("refs"), "in the way of a folder");

        assertThat(hub.client().download(REPO, CFG)).hasContent("{\"layer\": 19}");
    }

    @Test
    void row16_keepsTheOldRefUntilTheNewFileIsThere() {
        hub.client().download(REPO, CFG);
        String before = hub.commit();
        hub.fake.put(hub.repo.revision("main", "9".repeat(40), hub.temporary.resolve("repository")));
        hub.on(When.get("/cdn/*"), Fault.status(500));

        failure(HubHttpException.class, () -> hub.client().download(REPO, WEIGHTS));

        assertThat(hub.config().build().cache().commit(REPO, "main")).contains(before);
    }

    @Test
    void row17_asksNothingForACommitThatIsThere() {
        hub.client().download(REPO, CFG);
        hub.fake.forgetRequests();

        CachedFile file = hub.client().download(REPO, hub.commit(), CFG);

        assertThat(file.path()).exists();
        assertThat(hub.fake.requests()).isEmpty();
    }

    @Test
    void row17_fetchesOnceWhatTwoRevisionsShare() {
        hub.client().download(REPO, WEIGHTS);
        hub.fake.forgetRequests();

        CachedFile file = hub.client().download(REPO, "refs/pr/1", WEIGHTS);

        assertThat(file.path()).hasBinaryContent(TestHub.weights());
        assertThat(hub.fake.requests()).extracting(Request::method).containsExactly("HEAD");
    }

    @Test
    void row17_fetchesAgainWhatWasCutShort() throws IOException {
        Path file = hub.client().download(REPO, WEIGHTS);
        Files.write(file.toRealPath(), new byte[10]);

        assertThat(hub.client().download(REPO, WEIGHTS)).hasBinaryContent(TestHub.weights());
    }

    @Test
    void row17_fetchesAgainByForce() throws IOException {
        HubClient client = hub.client();
        Path file = client.download(REPO, WEIGHTS);
        byte[] damaged = TestHub.weights();
        damaged[5]++;
        Files.write(file.toRealPath(), damaged);

        client.download(REPO, hub.commit(), WEIGHTS, client.options().withForce(true));

        assertThat(file).hasBinaryContent(TestHub.weights());
        assertThat(hub.cdnRequests()).hasSize(2);
    }

    @Test
    void row17_givesNewFilesTheUsualPermissions() throws IOException {
        Path usual = Files.createFile(hub.temporary.resolve("usual"));
        Path file = hub.client().download(REPO, WEIGHTS);

        assertThat(Files.getPosixFilePermissions(file.toRealPath())).isEqualTo(Files.getPosixFilePermissions(usual));
    }

    @Test
    void row18_repairsALinkThatPointsElsewhere() throws IOException {
        Path file = hub.client().download(REPO, CFG);
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("nowhere"));

        assertThat(hub.client().download(REPO, CFG)).hasContent("{\"layer\": 19}");
        assertThat(Files.readSymbolicLink(file)).isEqualTo(Path.of("../../../blobs/" + etag(CFG)));
        assertThat(hub.cacheFiles()).noneMatch(name -> name.contains("incomplete"));
    }

    @Test
    void row18_movesAndCopiesWhereLinksAreNotWanted() throws IOException {
        HubClient client = hub.client(hub.config().symlinks(false));
        Path file = client.download(REPO, WEIGHTS);
        assertThat(Files.isSymbolicLink(file)).isFalse();
        assertThat(hub.cache.resolve(FOLDER).resolve("blobs")).isEmptyDirectory();

        Path withLinks = hub.client().download(REPO, CFG);
        CachedFile copy = client.download(REPO, "refs/pr/1", CFG);
        assertThat(Files.isSymbolicLink(withLinks)).isTrue();
        assertThat(Files.isSymbolicLink(copy.path())).isFalse();
        assertThat(copy.path()).hasContent("{\"layer\": 19}");
        assertThat(hub.cdnRequests()).hasSize(1);
    }

    @Test
    void row18_fallsBackToPlainFilesOnWindowsWithoutLinks() throws IOException {
        Configuration noLinks = Configuration.windows().toBuilder()
                .setSupportedFeatures(Feature.FILE_CHANNEL)
                .build();
        try (FileSystem memory = Jimfs.newFileSystem(noLinks)) {
            Path cache = memory.getPath("C:\\cache");
            HubClient client = hub.client(hub.config().cache(cache));
            String deep = "d/".repeat(120) + "x.json";
            hub.write(deep, new byte[] {'1'});

            assertThat(Files.readAllBytes(client.download(REPO, WEIGHTS))).isEqualTo(TestHub.weights());
            assertThat(Files.readString(client.download(REPO, deep))).isEqualTo("1");
            assertThat(client.download(REPO, hub.commit(), WEIGHTS).path().toString())
                    .isEqualTo("C:\\cache\\" + FOLDER + "\\snapshots\\" + hub.commit() + "\\"
                            + WEIGHTS.replace('/', '\\'));
            assertThat(client.snapshot(REPO, "main", List.of("layer_*"), List.of())
                            .toString())
                    .endsWith(hub.commit());
            assertThat(client.cache().verify(REPO, "main"))
                    .extracting(FileCheck::result)
                    .containsOnly(FileCheck.Result.RIGHT);
        }
    }

    @Test
    void row18_linksOnWindowsWhereLinksAreAllowed() throws IOException {
        try (FileSystem memory = Jimfs.newFileSystem(Configuration.windows())) {
            HubClient client = hub.client(hub.config().cache(memory.getPath("C:\\cache")));

            Path file = client.download(REPO, CFG);

            assertThat(Files.readSymbolicLink(file).toString()).isEqualTo("..\\..\\..\\blobs\\" + etag(CFG));
            assertThat(Files.readString(file)).isEqualTo("{\"layer\": 19}");
        }
    }

    @Test
    void row19_letsOneThreadFetchAndTheOthersTakeWhatItFetched() throws Exception {
        int threads = 8;
        hub.holdUntilAsked(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        CountDownLatch together = new CountDownLatch(threads);
        List<Future<Path>> results = IntStream.range(0, threads)
                .mapToObj(i -> pool.submit(() -> {
                    HubClient client = hub.client(hub.config().downloadTimeout(TestHub.PATIENCE));
                    together.countDown();
                    together.await();
                    return client.download(REPO, WEIGHTS);
                }))
                .toList();
        pool.shutdown();

        for (Future<Path> result : results) {
            assertThat(result.get()).hasBinaryContent(TestHub.weights());
        }
        assertThat(hub.cdnRequests()).hasSize(1);
    }

    @Test
    void row19_leavesLockFilesThatTheGroupMayUse() throws IOException {
        hub.client().download(REPO, CFG);

        Path lock = hub.cache.resolve(".locks").resolve(FOLDER).resolve(etag(CFG) + ".lock");
        assertThat(lock).isEmptyFile();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(lock)))
                .isEqualTo("rw-rw-r--");
    }

    @Test
    void row19_passesTheLockOn() throws IOException, InterruptedException, ExecutionException {
        Path file = hub.temporary.resolve("a.lock");
        FutureTask<Boolean> second = new FutureTask<>(() -> {
            try (CacheLock lock = CacheLock.acquire(file)) {
                return lock.excludesProcesses();
            }
        });
        try (CacheLock first = CacheLock.acquire(file)) {
            assertThat(first.excludesProcesses()).isTrue();
            assertThat(CacheLock.tryAcquire(file)).isNull();
            Thread waiting = new Thread(second);
            waiting.start();
            TestHub.awaitWaitForLock(waiting);
            assertThat(second.isDone()).isFalse();
        }
        assertThat(second.get()).isTrue();
    }

    private String etag(String name) {
        return hub.client().list(REPO, "main").stream()
                .filter(file -> file.path().equals(name))
                .map(RepoFile::etag)
                .findFirst()
                .orElseThrow();
    }
}
