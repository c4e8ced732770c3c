package io.github.sae4j.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.sae4j.fixtures.hub.FakeHub;
import io.github.sae4j.fixtures.hub.FakeRepo;
import io.github.sae4j.fixtures.hub.Fault;
import io.github.sae4j.fixtures.hub.Request;
import io.github.sae4j.fixtures.hub.When;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A fake hub with one repository, a cache and clients that do not sleep. Whatever a test does with it, closing it checks
 * that no other host saw the token.
 *
 * <p>A class whose every test needs one has it as an extension: {@code @RegisterExtension final TestHub hub = TestHub.fresh();}
 */
final class TestHub implements AutoCloseable, AfterEachCallback {

    static final String TOKEN = "hf_SecretOfTheTests0123456789";
    static final RepoId REPO = RepoId.model("org/sae");
    static final String WEIGHTS = "layer_19/sae_weights.safetensors";
    static final String CFG = "layer_19/cfg.json";
    static final int WEIGHTS_SIZE = 300_000;

    /** For clients that must not give up, however slow the machine. */
    static final Duration PATIENCE = Duration.ofHours(1);

    private static final long POLL_NANOS = 200_000;

    final Path temporary;
    final FakeHub fake;
    final Path cache;
    final FakeRepo repo;
    final List<Duration> pauses = new CopyOnWriteArrayList<>();
    private final Path files;

    private TestHub(Path temporary) {
        this.temporary = temporary;
        this.files = temporary.resolve("repository");
        this.cache = temporary.resolve("cache");
        write("README.md", "# SAE".getBytes(UTF_8));
        write(CFG, "{\"layer\": 19}".getBytes(UTF_8));
        write("layer_21/cfg.json", "{\"layer\": 21}".getBytes(UTF_8));
        write(WEIGHTS, weights());
        this.repo = FakeRepo.of(REPO.id(), files).tag("v1.0").revision("refs/pr/1", files);
        this.fake = FakeHub.serving(repo).pageSize(3).start();
    }

    static TestHub in(Path temporary) {
        return new TestHub(temporary);
    }

    /** Returns a hub in a folder of its own, for one test, which is deleted after it. */
    static TestHub fresh() {
        try {
            return in(Files.createTempDirectory("hub"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        close();
        try (Stream<Path> paths = Files.walk(temporary)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    static byte[] weights() {
        byte[] bytes = new byte[WEIGHTS_SIZE];
        new Random(19).nextBytes(bytes);
        return bytes;
    }

    String commit() {
        return repo.commit("main");
    }

    HubConfig.Builder config() {
        return HubConfig.defaults().toBuilder()
                .endpoint(fake.endpoint().toString())
                .cache(cache)
                .token(TOKEN);
    }

    HubClient client() {
        return client(config());
    }

    HubClient client(HubConfig.Builder config) {
        return HubClient.create(config.build(), pauses::add, Duration.ofSeconds(60));
    }

    void on(When when, Fault fault) {
        fake.on(when, fault);
    }

    List<Request> cdnRequests() {
        return fake.requests().stream().filter(Request::toCdn).toList();
    }

    /** Lets nobody have a byte of a large file before so many have asked what the file is. */
    void holdUntilAsked(int times) {
        on(When.get("/cdn/*"), (request, right) -> {
            while (heads() < times && !Thread.currentThread().isInterrupted()) {
                LockSupport.parkNanos(POLL_NANOS);
            }
            return right;
        });
    }

    private long heads() {
        return fake.requests().stream()
                .filter(request -> request.method().equals("HEAD"))
                .count();
    }

    /** Lets a call end with so many bytes of the weights in the cache. */
    void breakOffAt(int bytes) {
        on(When.get("/cdn/*").nth(1), Fault.cutAt(bytes));
        on(When.get("/cdn/*").from(2), Fault.hangUp());
        failure(HubUnreachableException.class, () -> client().download(REPO, WEIGHTS));
        fake.healthy();
        fake.forgetRequests();
    }

    /** Waits until a thread waits for a lock of the cache, or has ended. */
    static void awaitWaitForLock(Thread thread) throws InterruptedException {
        while (thread.isAlive() && !waitsForLock(thread)) {
            Thread.sleep(1);
        }
    }

    private static boolean waitsForLock(Thread thread) {
        return thread.getState() == Thread.State.TIMED_WAITING
                && Stream.of(thread.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(CacheLock.class.getName()));
    }

    /** Returns the lines {@code HEAD /path} of the requests so far. */
    List<String> requestLines() {
        return fake.requests().stream()
                .map(request -> request.method() + " " + request.path())
                .toList();
    }

    Path write(String name, byte[] bytes) {
        try {
            Path path = files.resolve(name);
            Files.createDirectories(path.getParent());
            return Files.write(path, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the cache's files by their names relative to it; a link is there as {@code name -> target}. */
    List<String> cacheFiles() throws IOException {
        return filesUnder(cache);
    }

    static List<String> filesUnder(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(path -> Files.isSymbolicLink(path) || !Files.isDirectory(path))
                    .map(path -> folder.relativize(path) + (Files.isSymbolicLink(path) ? " -> " + target(path) : ""))
                    .sorted()
                    .toList();
        }
    }

    private static Path target(Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns what a call ends in, which must be of a type and tell no secret. */
    static <T extends HubException> T failure(Class<T> type, ThrowingCallable call) {
        Throwable failure = catchThrowable(call);
        assertThat(failure).isInstanceOf(type);
        requireNoSecret(failure);
        return type.cast(failure);
    }

    static void requireNoSecret(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        assertThat(text.toString())
                .doesNotContain(TOKEN)
                .doesNotContain("Signature=")
                .doesNotContain("Expires=");
    }

    /** What a revision of the repository, beside main, would look like to a client. */
    Map<String, String> branches() {
        return Map.of("main", repo.commit("main"), "refs/pr/1", repo.commit("refs/pr/1"));
    }

    @Override
    public void close() {
        List<Request> seen = fake.requests();
        fake.close();
        assertThat(seen)
                .filteredOn(Request::toCdn)
                .allSatisfy(request -> assertThat(request.headers().toString())
                        .doesNotContain(TOKEN)
                        .doesNotContainIgnoringCase("authorization"));
        assertThat(seen).allSatisfy(request -> assertThat(request.target()).doesNotContain(TOKEN));
    }
}
