package io.github.sae4j.hub;

import static io.github.sae4j.hub.TestHub.CFG;
import static io.github.sae4j.hub.TestHub.REPO;
import static io.github.sae4j.hub.TestHub.WEIGHTS;
import static io.github.sae4j.hub.TestHub.failure;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Scanning, checking and deleting what the cache has. */
class CacheCareTest {

    @RegisterExtension
    private final TestHub hub = TestHub.fresh();

    private final HubCache cache = hub.client().cache();

    @Test
    void scansRepositoriesAndRevisions() throws IOException {
        assertThat(cache.scan()).isEmpty();
        hub.client().download(REPO, "main", WEIGHTS);
        hub.client().download(REPO, "refs/pr/1", WEIGHTS);
        hub.client().download(REPO, "v1.0", CFG);
        Files.write(hub.cache.resolve("models--org--sae/blobs/x.resume.incomplete"), new byte[7]);
        Files.createDirectories(hub.cache.resolve("models--a--b--c"));
        Files.createDirectories(hub.cache.resolve("something"));

        assertThat(cache.scan()).singleElement().satisfies(found -> {
            assertThat(found.repo()).isEqualTo(REPO);
            assertThat(found.revisions()).hasSize(2).anySatisfy(revision -> {
                assertThat(revision.commit()).isEqualTo(hub.commit());
                assertThat(revision.refs()).containsExactly("main", "v1.0");
                assertThat(revision.files()).containsExactly(CFG, WEIGHTS);
                assertThat(revision.bytes()).isEqualTo(TestHub.WEIGHTS_SIZE + 13);
            });
            assertThat(found.unfinishedBytes()).isEqualTo(7);
            // Three refs of 40 bytes each; the weights are there once.
            assertThat(found.bytes()).isEqualTo(TestHub.WEIGHTS_SIZE + 13 + 7 + 3 * 40);
        });
        assertThat(cache.size()).isEqualTo(cache.scan().get(0).bytes());
    }

    @Test
    void findsDamagedFiles() throws IOException {
        Path weights = hub.client().download(REPO, WEIGHTS);
        hub.client().download(REPO, CFG);
        byte[] damaged = TestHub.weights();
        damaged[100]++;
        Files.write(weights.toRealPath(), damaged);

        assertThat(cache.verify(REPO, "main"))
                .extracting(check -> check.file().file(), FileCheck::result)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(CFG, FileCheck.Result.RIGHT),
                        org.assertj.core.groups.Tuple.tuple(WEIGHTS, FileCheck.Result.DAMAGED));
        assertThat(cache.verify(REPO, "nope")).isEmpty();
    }

    @Test
    void checksPlainFilesByTheListOfTheirCommit() throws IOException {
        HubClient client = hub.client(hub.config().symlinks(false));
        Path weights = client.download(REPO, WEIGHTS);
        assertThat(cache.verify(REPO, "main")).extracting(FileCheck::result).containsExactly(FileCheck.Result.UNKNOWN);

        client.list(REPO, hub.commit());
        assertThat(cache.verify(REPO, "main")).extracting(FileCheck::result).containsExactly(FileCheck.Result.RIGHT);
        Files.write(weights, new byte[3]);
        assertThat(cache.verify(REPO, "main")).extracting(FileCheck::result).containsExactly(FileCheck.Result.DAMAGED);
    }

    @Test
    void deletesARevisionAndWhatOnlyItNeeds() throws IOException {
        hub.client().download(REPO, "main", WEIGHTS);
        hub.client().snapshot(REPO, "refs/pr/1", List.of(CFG), List.of());
        hub.client().download(REPO, "refs/pr/1", WEIGHTS);

        long freed = cache.delete(REPO, List.of("refs/pr/1"));

        assertThat(freed).isGreaterThan(13).isLessThan(TestHub.WEIGHTS_SIZE);
        assertThat(cache.find(REPO, "main", WEIGHTS).orElseThrow().path()).hasBinaryContent(TestHub.weights());
        assertThat(cache.find(REPO, "refs/pr/1", CFG)).isEmpty();
        assertThat(hub.cacheFiles())
                .noneMatch(name ->
                        name.contains("pr/1") || name.contains(hub.branches().get("refs/pr/1")));

        assertThat(cache.delete(REPO, List.of(hub.commit()))).isGreaterThan(TestHub.WEIGHTS_SIZE);
        assertThat(cache.scan()).isEmpty();
    }

    @Test
    void refusesToDeleteWhatIsBeingFetched() throws IOException, InterruptedException {
        hub.client().download(REPO, WEIGHTS);
        List<String> before = hub.cacheFiles();
        Path lock = hub.cache.resolve(before.get(0));
        try (CacheLock held = CacheLock.acquire(lock)) {
            assertThat(held.excludesProcesses()).isTrue();
            assertThat(failure(HubException.class, () -> cache.delete(REPO, List.of("main"))))
                    .hasMessageContaining("in use");
        }
        assertThat(hub.cacheFiles()).isEqualTo(before);
        assertThat(cache.delete(REPO, List.of("main"))).isPositive();
    }

    @Test
    void refusesToDeleteWhatIsNotThere() {
        assertThat(failure(HubException.class, () -> cache.delete(REPO, List.of("main"))))
                .hasMessageContaining("no revision");
        hub.client().download(REPO, CFG);
        assertThat(failure(HubException.class, () -> cache.delete(REPO, List.of("main", "nope"))))
                .hasMessageContaining(hub.commit());
        assertThat(cache.find(REPO, "main", CFG)).isPresent();
    }

    @Test
    void scansPastARefThatIsDamaged() throws IOException {
        hub.client().download(REPO, CFG);
        Path refs = hub.cache.resolve(REPO.cacheFolderName()).resolve("refs");
        Files.write(refs.resolve("broken"), new byte[] {(byte) 0xC3, 0x28});

        assertThat(cache.scan())
                .singleElement()
                .satisfies(found -> assertThat(found.revisions())
                        .singleElement()
                        .satisfies(revision -> assertThat(revision.refs()).containsExactly("main")));
    }

    @Test
    void scansWhileFilesComeAndGo() throws Exception {
        hub.client().download(REPO, CFG);
        Path blobs = hub.cache.resolve(REPO.cacheFolderName()).resolve("blobs");
        AtomicBoolean enough = new AtomicBoolean();
        ExecutorService other = Executors.newSingleThreadExecutor();
        Future<?> coming = other.submit(() -> {
            while (!enough.get()) {
                Path file = Files.createFile(blobs.resolve("x.incomplete"));
                Files.delete(file);
            }
            return null;
        });
        try {
            for (int scan = 0; scan < 1000; scan++) {
                assertThat(cache.scan()).hasSize(1);
            }
        } finally {
            enough.set(true);
            other.shutdown();
        }
        coming.get();
    }
}
