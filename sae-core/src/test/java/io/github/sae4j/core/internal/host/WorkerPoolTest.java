package io.github.sae4j.core.internal.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.SaeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WorkerPoolTest {

    private static final int PARTS = 1000;
    private static final WorkerPool POOL = WorkerPool.shared();

    private static final class Counting extends WorkerPool.Work {

        private final AtomicIntegerArray done = new AtomicIntegerArray(PARTS);
        private final WorkerPool pool;

        private Counting(WorkerPool pool) {
            this.pool = pool;
        }

        @Override
        protected void part(int slot, int part) {
            assertThat(slot).isBetween(0, pool.size() - 1);
            done.incrementAndGet(part);
        }
    }

    private static final class Failing extends WorkerPool.Work {

        private final RuntimeException failure;

        private Failing(RuntimeException failure) {
            this.failure = failure;
        }

        @Override
        protected void part(int slot, int part) {
            if (part == 3) {
                throw failure;
            }
        }
    }

    @Test
    void doesEveryPartOnceHoweverOftenItRuns() {
        Counting work = new Counting(POOL);
        for (int run = 1; run <= 200; run++) {
            POOL.run(work, PARTS, POOL.size(), Stop.NEVER);
            for (int part = 0; part < PARTS; part++) {
                assertThat(work.done.get(part)).isEqualTo(run);
            }
        }
    }

    @Test
    @Timeout(60)
    void endsForAnExceptionThatJavaCallsChecked() {
        WorkerPool.Work work = new WorkerPool.Work() {
            @Override
            protected void part(int slot, int part) {
                if (slot > 0 || part == PARTS - 1) {
                    WorkerPoolTest.<RuntimeException>throwChecked();
                }
            }
        };
        for (int run = 0; run < 200; run++) {
            assertThatThrownBy(() -> POOL.run(work, PARTS, POOL.size(), Stop.NEVER))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("of a rule")
                    .hasCauseInstanceOf(IOException.class);
        }
        Counting whole = new Counting(POOL);
        POOL.run(whole, PARTS, POOL.size(), Stop.NEVER);
        assertThat(whole.done.get(PARTS - 1)).isOne();
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwChecked() throws T {
        throw (T) new IOException("of a rule");
    }

    @Test
    void servesManyCallersAtOnce() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int caller = 0; caller < 8; caller++) {
                all.add(callers.submit(this::doesEveryPartOnceHoweverOftenItRuns));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void givesTheCallerWhatAPartThrewAndGoesOnWorking() {
        RuntimeException failure = new IllegalStateException("part 3");
        for (int run = 0; run < 50; run++) {
            assertThatThrownBy(() -> POOL.run(new Failing(failure), PARTS, POOL.size(), Stop.NEVER))
                    .isSameAs(failure);
        }
        doesEveryPartOnceHoweverOftenItRuns();
    }

    @Test
    void endsForAnInterruptedCallerAndKeepsTheInterrupt() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> POOL.run(new Counting(POOL), PARTS, POOL.size(), Stop.NEVER))
                .isInstanceOf(SaeException.class)
                .hasMessage("The thread was interrupted while the SAE computed; nothing came of the call.");
        assertThat(Thread.interrupted()).isTrue();
        doesEveryPartOnceHoweverOftenItRuns();
    }

    /** A thread that finds the work stopped does no more; each of the others may be in a part that it had begun. */
    @Test
    void endsBetweenTwoPartsWhenAskedTo() {
        Stop stop = new Stop();
        CountDownLatch asked = new CountDownLatch(1);
        AtomicInteger parts = new AtomicInteger();
        WorkerPool.Work work = new WorkerPool.Work() {
            @Override
            protected void part(int slot, int part) {
                int begun = parts.incrementAndGet();
                if (begun == 3) {
                    stop.ask();
                    asked.countDown();
                } else if (begun > 3) {
                    await(asked);
                }
            }
        };
        assertThatThrownBy(() -> POOL.run(work, PARTS, POOL.size(), stop))
                .isInstanceOf(SaeException.class)
                .hasMessage("This SAE was closed while the call ran.");
        assertThat(parts.get()).isLessThan(3 + POOL.size());
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError("The wait for the other thread was interrupted", e);
        }
    }

    @Test
    void leavesTheWorkToTheCallerOnceItIsClosed() throws Exception {
        WorkerPool pool = new WorkerPool(3);
        Counting work = new Counting(pool);
        pool.run(work, PARTS, 3, Stop.NEVER);
        pool.close();
        pool.run(work, PARTS, 3, Stop.NEVER);
        for (int part = 0; part < PARTS; part++) {
            assertThat(work.done.get(part)).isEqualTo(2);
        }
    }

    @Test
    void hasAsManyThreadsAsTheSystemStarts() {
        AtomicInteger made = new AtomicInteger();
        try (WorkerPool pool =
                new WorkerPool(8, helper -> made.incrementAndGet() < 3 ? new Thread(helper) : new Unstartable())) {
            assertThat(pool.size()).isEqualTo(3);
            doesAllPartsOnce(pool);
        }
    }

    /** A thread of a system that has none left. */
    private static final class Unstartable extends Thread {

        @Override
        public synchronized void start() {
            throw new OutOfMemoryError("unable to create native thread");
        }
    }

    @Test
    void doesChoresOneAfterAnotherWhileItHasHelpers() throws Exception {
        WorkerPool pool = new WorkerPool(2);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        assertThat(pool.offer(() -> {
                    begun.countDown();
                    awaitQuietly(goOn);
                }))
                .isTrue();
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(pool.offer(second::countDown)).isTrue();
        // A helper that is busy with a chore takes no work, and the caller does all of it.
        doesAllPartsOnce(pool);
        goOn.countDown();
        assertThat(second.await(10, TimeUnit.SECONDS)).isTrue();

        pool.close();
        assertThat(pool.offer(() -> {})).isFalse();
        assertThat(new WorkerPool(1).offer(() -> {})).isFalse();
    }

    private static void doesAllPartsOnce(WorkerPool pool) {
        Counting work = new Counting(pool);
        pool.run(work, PARTS, pool.size(), Stop.NEVER);
        for (int part = 0; part < PARTS; part++) {
            assertThat(work.done.get(part)).isEqualTo(1);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
