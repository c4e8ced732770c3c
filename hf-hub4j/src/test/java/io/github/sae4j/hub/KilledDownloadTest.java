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
@Timeout(300)
class KilledDownloadTest {

    private static final int SIZE = 50_000_000;
    private static final int KILLS = 50;
    private static final int WORKERS = 2;
    private static final String FILE = "model.safetensors";

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
        List<Future<Outcome>> outcomes = new ArrayList<>();
        for (int worker = 0; worker < WORKERS; worker++) {
            Path folder = Files.createDirectories(temporary.resolve("worker" + worker));
            Random random = new Random(worker);
            outcomes.add(pool.submit(() -> killAndGoOn(files, folder, random)));
        }
        pool.shutdown();

        long sent = 0;
        int inTheMiddle = 0;
        for (Future<Outcome> outcome : outcomes) {
            sent += outcome.get().sent();
            inTheMiddle += outcome.get().inTheMiddle();
        }
        assertThat(inTheMiddle).as("kills that came before the end").isGreaterThan(KILLS * 3 / 4);
        assertThat((double) sent / KILLS / SIZE)
                .as("bytes sent, as a multiple of the size")
                .isLessThan(1.6);
    }

    /** How many bytes went over the wire in all pairs, and how many kills came before the file was there. */
    private record Outcome(long sent, int inTheMiddle) {}

    private static Outcome killAndGoOn(Path files, Path folder, Random random) throws Exception {
        int inTheMiddle = 0;
        try (FakeHub hub = FakeHub.serving(REPO.id(), files).start()) {
            hub.hashAll();
            hub.on(When.get("/cdn/*"), Fault.throttle(400_000_000));
            for (int kill = 0; kill < KILLS / WORKERS; kill++) {
                Path cache = Files.createDirectory(folder.resolve("cache" + kill));
                killWhenSent(hub, cache, hub.bytesSent() + (long) (random.nextDouble() * SIZE));
                inTheMiddle += TestHub.filesUnder(cache).stream().noneMatch(name -> name.contains("snapshots")) ? 1 : 0;

                Path file = client(hub, cache).download(REPO, FILE);

                assertThat(Files.mismatch(file, files.resolve(FILE))).isEqualTo(-1);
                assertThat(TestHub.filesUnder(cache)).hasSize(5).noneMatch(name -> name.contains("incomplete"));
                empty(file.toRealPath());
            }
            return new Outcome(hub.bytesSent(), inTheMiddle);
        }
    }

    private static void killWhenSent(FakeHub hub, Path cache, long bytes) throws IOException, InterruptedException {
        Process process =
                DownloadProcess.start(hub.endpoint().toString(), cache, FILE, true, cache.resolveSibling("log"));
        while (process.isAlive() && hub.bytesSent() <= bytes) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        process.destroyForcibly().waitFor();
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
