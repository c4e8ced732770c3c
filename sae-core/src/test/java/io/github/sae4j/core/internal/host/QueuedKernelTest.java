package io.github.sae4j.core.internal.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that come at once; {@code d_sae} is as large as makes each of them wait for its turn. */
@Timeout(120)
class QueuedKernelTest {

    private static final int D_IN = 2;
    private static final int D_SAE = 1 << 26;
    private static final long FOREVER = TimeUnit.DAYS.toNanos(1);

    private final Stop stop = new Stop();

    /** Finds of each token the feature that its first number says, with the second as its value. */
    private static final class Recording implements HostKernel {

        private final List<Integer> calls = Collections.synchronizedList(new ArrayList<>());
        private final Consumer<float[]> work;

        private Recording(Consumer<float[]> work) {
            this.work = work;
        }

        @Override
        public Kernel kind() {
            return Kernel.VECTOR;
        }

        @Override
        public int tokensAtOnce() {
            return 512;
        }

        @Override
        public void encode(float[] x, int tokens, FoundRows found) {
            calls.add(tokens);
            work.accept(Arrays.copyOf(x, tokens * D_IN));
            int[] counts = new int[tokens];
            Arrays.fill(counts, 1);
            found.extend(counts, tokens);
            for (int token = 0; token < tokens; token++) {
                found.add(token, tokens, (int) x[token * D_IN], x[token * D_IN + 1]);
            }
        }

        @Override
        public void decode(Rows rows, float[] scaled, int from, int to, float[] sums) {
            throw new UnsupportedOperationException();
        }
    }

    /** Holds the first call until it is opened. */
    private static final class Gate implements Consumer<float[]> {

        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        @Override
        public void accept(float[] x) {
            if (begun.getCount() > 0) {
                begun.countDown();
                QueuedKernelTest.await(open);
            }
        }
    }

    /** A call on a thread of its own. */
    private record Caller(Thread thread, FutureTask<Rows> task, int first, int count) {

        static Caller start(HostKernel kernel, int first, int count) {
            FutureTask<Rows> task = new FutureTask<>(() -> encoded(kernel, first, count));
            Thread thread = new Thread(task);
            thread.start();
            return new Caller(thread, task, first, count);
        }

        /** Starts a call, and returns when it waits for its turn. */
        static Caller waiting(HostKernel kernel, int first, int count) throws InterruptedException {
            Caller caller = start(kernel, first, count);
            while (caller.thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.sleep(1);
            }
            return caller;
        }

        void requireFound() throws Exception {
            requireRows(task.get(), first, count);
        }

        void requireFailed(Class<? extends Throwable> type, String message) {
            assertThatThrownBy(task::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(type)
                    .hasMessageContaining(message);
        }
    }

    private QueuedKernel queued(HostKernel kernel, Turns turns) {
        return new QueuedKernel(kernel, D_IN, D_SAE, stop, turns);
    }

    private static Rows encoded(HostKernel kernel, int first, int count) {
        float[] x = new float[count * D_IN];
        for (int token = 0; token < count; token++) {
            x[token * D_IN] = first + token;
            x[token * D_IN + 1] = 0.5f + first + token;
        }
        FoundRows found = new FoundRows();
        kernel.encode(x, count, found);
        return found.rows();
    }

    private static void requireRows(Rows rows, int first, int count) {
        assertThat(rows.offsets()).hasSize(count + 1);
        for (int token = 0; token < count; token++) {
            assertThat(rows.offsets()[token + 1]).isEqualTo(token + 1);
            assertThat(rows.indices()[token]).isEqualTo(first + token);
            assertThat(rows.values()[token]).isEqualTo(0.5f + first + token);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted in a test's work", e);
        }
    }

    @Test
    void encodesCallsThatWaitTogetherAndTheFirstFirst() throws Exception {
        Gate gate = new Gate();
        Recording kernel = new Recording(gate);
        QueuedKernel queued = queued(kernel, new Turns(1, FOREVER));
        List<Caller> callers = new ArrayList<>(List.of(Caller.start(queued, 100, 3)));
        await(gate.begun);
        callers.add(Caller.waiting(queued, 200, 20));
        callers.add(Caller.waiting(queued, 300, 1));
        callers.add(Caller.waiting(queued, 400, 128));
        callers.add(Caller.waiting(queued, 600, 7));
        gate.open.countDown();
        for (Caller caller : callers) {
            caller.requireFound();
        }
        assertThat(kernel.calls).containsExactly(3, 28, 128);
    }

    @Test
    void leavesCallsOfOtherKernelsToThemselvesInTheirOrder() throws Exception {
        Gate gate = new Gate();
        Turns turns = new Turns(1, FOREVER);
        List<Float> order = Collections.synchronizedList(new ArrayList<>());
        Consumer<float[]> work = x -> {
            order.add(x[0]);
            gate.accept(x);
        };
        List<Caller> callers = new ArrayList<>(List.of(Caller.start(queued(new Recording(work), turns), 1, 1)));
        await(gate.begun);
        for (int first = 2; first < 6; first++) {
            callers.add(Caller.waiting(queued(new Recording(work), turns), first, 1));
        }
        gate.open.countDown();
        for (Caller caller : callers) {
            caller.requireFound();
        }
        assertThat(order).containsExactly(1f, 2f, 3f, 4f, 5f);
    }

    @Test
    void failsOnlyTheCallWhoseTokensFail() throws Exception {
        Gate gate = new Gate();
        Recording kernel = new Recording(x -> {
            gate.accept(x);
            for (int at = 0; at < x.length; at += D_IN) {
                if (x[at] == 300) {
                    throw new IllegalArgumentException("token 300");
                }
            }
        });
        QueuedKernel queued = queued(kernel, new Turns(1, FOREVER));
        Caller first = Caller.start(queued, 100, 1);
        await(gate.begun);
        Caller before = Caller.waiting(queued, 200, 2);
        Caller failing = Caller.waiting(queued, 300, 3);
        Caller after = Caller.waiting(queued, 400, 4);
        gate.open.countDown();
        first.requireFound();
        before.requireFound();
        failing.requireFailed(IllegalArgumentException.class, "token 300");
        after.requireFound();
        assertThat(kernel.calls).containsExactly(1, 9, 2, 3, 4);
    }

    @Test
    void anInterruptOfTheFirstLeavesTheOthersTogether() throws Exception {
        Gate gate = new Gate();
        Recording kernel = new Recording(x -> {
            gate.accept(x);
            if (x[0] == 200) {
                throw new SaeException(SaeException.Reason.INTERRUPTED, "The thread was interrupted.");
            }
        });
        QueuedKernel queued = queued(kernel, new Turns(1, FOREVER));
        Caller first = Caller.start(queued, 100, 1);
        await(gate.begun);
        Caller interrupted = Caller.waiting(queued, 200, 2);
        Caller second = Caller.waiting(queued, 300, 3);
        Caller third = Caller.waiting(queued, 400, 4);
        gate.open.countDown();
        first.requireFound();
        interrupted.requireFailed(SaeException.class, "The thread was interrupted.");
        second.requireFound();
        third.requireFound();
        assertThat(kernel.calls).containsExactly(1, 9, 2, 7);
    }

    @Test
    void whateverIsThrownEndsTheTurn() throws Exception {
        Turns turns = new Turns(1, FOREVER);
        Gate gate = new Gate();
        Recording kernel = new Recording(x -> {
            gate.accept(x);
            if (x[0] != 100) {
                QueuedKernelTest.<RuntimeException>throwChecked();
            }
        });
        QueuedKernel queued = queued(kernel, turns);
        Caller first = Caller.start(queued, 100, 1);
        await(gate.begun);
        Caller second = Caller.waiting(queued, 200, 2);
        Caller third = Caller.waiting(queued, 300, 3);
        gate.open.countDown();
        first.requireFound();
        second.requireFailed(IOException.class, "of a rule");
        third.requireFailed(IOException.class, "of a rule");
        assertThat(turns.beginAtOnce()).isTrue();
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwChecked() throws T {
        throw (T) new IOException("of a rule");
    }

    @Test
    void endsTheWaitOfAnInterruptedThread() throws Exception {
        Gate gate = new Gate();
        Recording kernel = new Recording(gate);
        QueuedKernel queued = queued(kernel, new Turns(1, FOREVER));
        Caller first = Caller.start(queued, 100, 1);
        await(gate.begun);
        Caller interrupted = Caller.waiting(queued, 200, 2);
        Caller after = Caller.waiting(queued, 300, 3);
        interrupted.thread.interrupt();
        interrupted.requireFailed(SaeException.class, "The thread was interrupted while the SAE computed");
        gate.open.countDown();
        first.requireFound();
        after.requireFound();
        assertThat(kernel.calls).containsExactly(1, 3);
    }

    @Test
    void endsTheWaitForAnSaeThatMustClose() throws Exception {
        Gate gate = new Gate();
        Turns turns = new Turns(1, FOREVER);
        Caller first = Caller.start(queued(new Recording(gate), turns), 100, 1);
        await(gate.begun);
        stop.ask();
        Caller stopped = Caller.start(queued(new Recording(x -> {}), turns), 200, 2);
        stopped.requireFailed(SaeException.class, "This SAE was closed while the call ran.");
        gate.open.countDown();
        first.requireFound();
    }

    /** As one does whose rule asks another SAE on a thread of its own. */
    @Test
    void waitsNotForeverForACallThatWaitsForIt() throws Exception {
        Turns turns = new Turns(1, TimeUnit.MILLISECONDS.toNanos(5));
        QueuedKernel inner = queued(new Recording(x -> {}), turns);
        QueuedKernel outer = queued(
                new Recording(x -> {
                    try {
                        Caller.start(inner, 50, 5).requireFound();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }),
                turns);
        requireRows(encoded(outer, 1, 1), 1, 1);
    }

    @Test
    void waitsNotForItselfWithinATurn() {
        Turns turns = new Turns(1, FOREVER);
        QueuedKernel inner = queued(new Recording(x -> {}), turns);
        QueuedKernel outer = queued(new Recording(x -> requireRows(encoded(inner, 50, 5), 50, 5)), turns);
        requireRows(encoded(outer, 1, 1), 1, 1);
    }

    @Test
    void waitsNotOnAThreadThatHelpsWhoeverHasTheTurn() {
        try (WorkerPool pool = new WorkerPool(3)) {
            Turns turns = new Turns(1, FOREVER);
            QueuedKernel inner = queued(new Recording(x -> {}), turns);
            WorkerPool.Work work = new WorkerPool.Work() {
                @Override
                protected void part(int slot, int part) {
                    requireRows(encoded(inner, 50, 5), 50, 5);
                }
            };
            QueuedKernel outer = queued(new Recording(x -> pool.run(work, 1000, 3, Stop.NEVER)), turns);
            requireRows(encoded(outer, 1, 1), 1, 1);
        }
    }

    /** As a runtime of one thread has it for each processor, whose callers have the others. */
    @Test
    void encodesAtOnceWhatThereAreProcessorsFor() throws Exception {
        Gate gate = new Gate();
        Turns turns = new Turns(2, FOREVER);
        Caller first = Caller.start(queued(new Recording(gate), turns), 100, 1);
        await(gate.begun);
        requireRows(encoded(queued(new Recording(x -> {}), turns), 200, 2), 200, 2);
        gate.open.countDown();
        first.requireFound();
    }

    @Test
    void leavesSmallCallsToThemselves() throws Exception {
        Gate gate = new Gate();
        Turns turns = new Turns(1, FOREVER);
        QueuedKernel queued = queued(new Recording(gate), turns);
        Caller first = Caller.start(queued, 100, 1);
        await(gate.begun);
        Recording small = new Recording(x -> {});
        requireRows(encoded(new QueuedKernel(small, D_IN, 1 << 10, stop, turns), 1, 1), 1, 1);
        gate.open.countDown();
        first.requireFound();
    }
}
