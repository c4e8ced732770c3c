package io.github.sae4j.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a server answers, a call ends in its result or in an exception of ours, and writes in the cache only. */
@Timeout(600) // against a call that never ends
class FuzzedAnswersTest {

    private static final int ANSWERS = 20_000;
    private static final int THREADS = 8;
    private static final RepoId REPO = RepoId.model("org/sae");
    private static final Duration PATIENCE = Duration.ofMillis(150);

    @TempDir
    private Path temporary;

    private final Set<Class<?>> failures = ConcurrentHashMap.newKeySet();

    @Test
    void endsInAResultOrInAnExceptionOfOurs() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        List<Future<Integer>> successes = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            long seed = 1000L * thread;
            Path cage = temporary.resolve("cage" + thread);
            successes.add(pool.submit(() -> fuzz(seed, cage)));
        }
        pool.shutdown();
        int calls = 0;
        for (Future<Integer> count : successes) {
            calls += count.get();
        }
        assertThat(calls).as("calls that succeeded").isGreaterThan(100);
        assertThat(failures)
                .as("failures that were met, so that the answers are known to reach that far")
                .contains(
                        FileMetadataException.class,
                        GatedRepositoryException.class,
                        HubHttpException.class,
                        HubUnreachableException.class,
                        IntegrityException.class,
                        RemoteEntryNotFoundException.class,
                        RepositoryNotFoundException.class,
                        RevisionNotFoundException.class);
    }

    /** Calls until there were enough answers, and returns how many calls succeeded. */
    private int fuzz(long seed, Path cage) throws IOException {
        Random random = new Random(seed);
        StrangeAnswers answers = new StrangeAnswers(random);
        int succeeded = 0;
        try (RawServer server = RawServer.start(request -> {
            synchronized (answers) {
                return answers.to(request);
            }
        })) {
            HubClient client = HubClient.create(
                    HubConfig.defaults().toBuilder()
                            .endpoint(server.address())
                            .cache(cage.resolve("inner/cache"))
                            .token(TestHub.TOKEN)
                            .etagTimeout(PATIENCE)
                            .downloadTimeout(PATIENCE)
                            .build(),
                    pause -> {},
                    PATIENCE);
            for (int call = 0; server.answered() < ANSWERS / THREADS; call++) {
                succeeded += call(client, call) ? 1 : 0;
                if (call % 50 == 0) {
                    requireRightFiles(cage);
                    delete(cage);
                }
            }
        }
        requireRightFiles(cage);
        return succeeded;
    }

    private boolean call(HubClient client, int call) {
        try {
            switch (call % 8) {
                case 0, 1, 2 -> client.download(REPO, "main", "cfg.json");
                case 3 ->
                    client.download(REPO, "main", "cfg.json", client.options().withForce(true));
                case 4 -> client.snapshot(REPO, "main", List.of(), List.of());
                case 5 -> client.list(REPO, "main");
                case 6 -> client.info(REPO, "main");
                default -> {
                    client.exists(REPO, "main", "cfg.json");
                    client.read(REPO, "main", "cfg.json", 3, 10);
                }
            }
            return true;
        } catch (HubException e) {
            TestHub.requireNoSecret(e);
            failures.add(e.getClass());
            return false;
        }
    }

    /** Checks that nothing lies beside the cache, and that what its snapshots show is the file. */
    private static void requireRightFiles(Path cage) throws IOException {
        if (!Files.exists(cage)) {
            return;
        }
        for (String file : TestHub.filesUnder(cage)) {
            assertThat(file).startsWith("inner/cache/").matches("inner/cache/(models--org--sae|\\.locks|CACHEDIR).*");
        }
        HubCache cache = HubCache.of(cage.resolve("inner/cache"));
        for (String commit : cache.commits(REPO)) {
            assertThat(cache.verify(REPO, commit)).noneMatch(check -> check.result() == FileCheck.Result.DAMAGED);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
