package io.github.sae4j.hub;

import static io.github.sae4j.hub.TestHub.REPO;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.hub.FakeHub;
import io.github.sae4j.fixtures.hub.Fault;
import io.github.sae4j.fixtures.hub.When;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A download whose process is killed goes on in the next process, and leaves nothing behind. */
@Timeout(600)
class KilledDownloadTest {

    private static final int SIZE = 50_000_000;
    private static final int KILLS = 50;
    private static final int WORKERS = 2;
    private static final String FILE = "model.safetensors";
    private static final Fault THROTTLED = Fault.throttle(400_000_000);

    private static final long POLL_NANOS = 200_000;

    @TempDir
    private Path temporary;

    @Test
    void goesOnAfterEachOfFiftyKillsAndSendsLittleTwice() throws Exception {
        Path files = Files.createDirectories(temporary.resolve("repository"));
        byte[] bytes = new byte[SIZE];
        new Random(4).nextBytes(bytes);
        Files.write(files.resolve(FILE), bytes);
        ExecutorService pool = Executors.newFixedThreadPool(WORKERS);
        List<Future<Long>> outcomes = new ArrayList<>();
        for (int worker = 0; worker < WORKERS; worker++) {
            Path folder = Files.createDirectories(temporary.resolve("worker" + worker));
            Random random = new Random(worker);
            outcomes.add(pool.submit(() -> killAndGoOn(files, folder, random)));
        }
        pool.shutdown();

        long sent = 0;
        for (Future<Long> one : outcomes) {
            sent += one.get();
        }
        assertThat((double) sent / KILLS / SIZE)
                .as("bytes sent, as a multiple of the size, which would be 1.5 if what was there were fetched again")
                .isLessThan(1.35);
    }

    /** Returns how many bytes went over the wire in all pairs. */
    private static long killAndGoOn(Path files, Path folder, Random random) throws Exception {
        try (FakeHub hub = FakeHub.serving(REPO.id(), files).start()) {
            hub.hashAll();
            for (int kill = 0; kill < KILLS / WORKERS; kill++) {
                Path cache = Files.createDirectory(folder.resolve("cache" + kill));
                long bytes = (long) (random.nextDouble() * SIZE);
                hub.on(When.get("/cdn/*"), THROTTLED.and(Fault.stallAt(bytes)));
                killWhenSent(hub, cache, bytes);
                hub.healthy();
                hub.on(When.get("/cdn/*"), THROTTLED);

                Path file = client(hub, cache).download(REPO, FILE);

                assertThat(Files.mismatch(file, files.resolve(FILE))).isEqualTo(-1);
                assertThat(TestHub.filesUnder(cache)).hasSize(5).noneMatch(name -> name.contains("incomplete"));
                empty(file.toRealPath());
            }
            return hub.bytesSent();
        }
    }

    /** Kills a process that has been sent so many bytes, and gets no more. */
    private static void killWhenSent(FakeHub hub, Path cache, long bytes) throws IOException, InterruptedException {
        long before = hub.bytesSent();
        Path log = cache.resolveSibling("log");
        Process process = DownloadProcess.start(hub.endpoint().toString(), cache, FILE, true, log);
        while (process.isAlive() && hub.bytesSent() < before + bytes) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        assertThat(process.isAlive()).as(() -> "alive; it wrote into " + log).isTrue();
        process.destroyForcibly().waitFor();
        assertThat(TestHub.filesUnder(cache)).noneMatch(name -> name.contains("snapshots"));
    }

    private static HubClient client(FakeHub hub, Path cache) {
        return HubClient.create(HubConfig.defaults().toBuilder()
                .endpoint(hub.endpoint().toString())
                .cache(cache)
                .build());
    }

    /** Gives the disk its space back. */
    private static void empty(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
    }
}
