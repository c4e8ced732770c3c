package io.github.sae4j.hub;

import static io.github.sae4j.hub.TestHub.REPO;
import static io.github.sae4j.hub.TestHub.WEIGHTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.sae4j.fixtures.hub.Fault;
import io.github.sae4j.fixtures.hub.When;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Interrupting the calling thread ends what it waits for, and the next call goes on from there. */
@Timeout(300)
class InterruptionTest {

    @RegisterExtension
    private final TestHub hub = TestHub.fresh();

    @Test
    void stopsInTheMiddleOfATransferAndGoesOnLater() throws Exception {
        hub.on(When.get("/cdn/*").nth(1), Fault.stallAt(100_000));
        CountDownLatch halfway = new CountDownLatch(1);
        ProgressListener listener = new ProgressListener() {
            @Override
            public void onBytes(String file, long bytesThere) {
                if (bytesThere == 100_000) {
                    halfway.countDown();
                }
            }
        };

        interrupt(
                () -> hub.client()
                        .download(REPO, "main", WEIGHTS, hub.client().options().withProgress(listener)),
                halfway);

        assertThat(hub.client().download(REPO, WEIGHTS)).hasBinaryContent(TestHub.weights());
        assertThat(hub.cdnRequests().get(1).header("Range")).contains("bytes=100000-");
        assertThat(hub.cacheFiles()).noneMatch(name -> name.contains("incomplete"));
    }

    @Test
    void stopsWaitingForTheHub() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        hub.on(When.head("*"), (request, right) -> {
            asked.countDown();
            return Fault.silence().apply(request, right);
        });

        interrupt(() -> hub.client().download(REPO, WEIGHTS), asked);
    }

    @Test
    void stopsWaitingForAnotherDownload() throws Exception {
        hub.client().download(REPO, WEIGHTS);
        Path lock = hub.cache.resolve(hub.cacheFiles().get(0));
        hub.client().cache().delete(REPO, List.of("main"));
        try (CacheLock held = CacheLock.acquire(lock)) {
            interrupt(() -> hub.client().download(REPO, WEIGHTS), TestHub::awaitWaitForLock);
            assertThat(held.excludesProcesses()).isTrue();
        }
        assertThat(hub.client().download(REPO, WEIGHTS)).exists();
    }

    @Test
    void stopsTheWorkersOfASnapshot() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        hub.on(When.get("/cdn/*"), (request, right) -> {
            asked.countDown();
            return Fault.stallAt(1000).apply(request, right);
        });

        interrupt(() -> hub.client().snapshot(REPO, "main", List.of(), List.of()), asked);

        hub.fake.healthy();
        assertThat(hub.client().snapshot(REPO, "main", List.of(), List.of()).resolve(WEIGHTS))
                .hasBinaryContent(TestHub.weights());
    }

    @Test
    void stopsWhereATransferBeginsAnew() throws Exception {
        hub.on(When.get("/cdn/*").nth(1), Fault.cutAt(100_000));
        hub.on(When.get("/cdn/*").nth(2), Fault.ignoreRange());
        CountDownLatch anew = new CountDownLatch(1);
        ProgressListener listener = new ProgressListener() {
            @Override
            public void onBytes(String file, long bytesThere) {
                if (bytesThere == 0) {
                    Thread.currentThread().interrupt();
                    anew.countDown();
                }
            }
        };

        interrupt(() -> hub.client().download(REPO, "main", WEIGHTS, new DownloadOptions(false, true, listener)), anew);

        assertThat(hub.client().download(REPO, WEIGHTS)).hasBinaryContent(TestHub.weights());
    }

    @Test
    void aListenersFailureEndsTheDownloadAndTheNextGoesOn() {
        ProgressListener failing = new ProgressListener() {
            @Override
            public void onBytes(String file, long bytesThere) {
                throw new IllegalStateException("enough");
            }
        };

        assertThat(catchThrowable(() -> hub.client()
                        .download(REPO, "main", WEIGHTS, hub.client().options().withProgress(failing))))
                .hasMessage("enough");
        assertThat(hub.client().download(REPO, WEIGHTS)).hasBinaryContent(TestHub.weights());
        assertThat(hub.cdnRequests().get(1).header("Range")).isPresent();
    }

    /** When a thread is to be interrupted. */
    private interface Moment {
        /** Waits until the thread has come so far. */
        void await(Thread thread) throws InterruptedException;
    }

    private static void interrupt(Runnable call, CountDownLatch when) throws InterruptedException {
        interrupt(call, thread -> when.await());
    }

    private static void interrupt(Runnable call, Moment moment) throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicBoolean flag = new AtomicBoolean();
        Thread thread = new Thread(() -> {
            failure.set(catchThrowable(call::run));
            flag.set(Thread.currentThread().isInterrupted());
        });
        thread.start();
        moment.await(thread);
        thread.interrupt();
        thread.join();
        assertThat(failure.get()).isInstanceOf(HubInterruptedException.class);
        assertThat(flag).isTrue();
    }
}
