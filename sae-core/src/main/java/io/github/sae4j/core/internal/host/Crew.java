package io.github.sae4j.core.internal.host;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Threads of this process that help callers with work in parts: one less than there are processors, for the caller works
 * too. Whoever is free takes the next part, so a busy neighbour slows one part and not all. With several callers at
 * once each does what the crew does not come to, so that there are never more busy threads than callers and crew.
 */
public final class Crew {

    /** The property that limits how many threads work on a call, the caller's among them. */
    private static final String THREADS = "sae4j.threads";

    private static final Crew SHARED = new Crew(threads() - 1);

    private final Deque<Work> waiting = new ArrayDeque<>();
    private final int helpers;

    private Crew(int helpers) {
        this.helpers = helpers;
        for (int i = 1; i <= helpers; i++) {
            Thread thread = new Thread(null, this::help, "sae4j-" + i, 0, false);
            thread.setDaemon(true);
            // A thread that outlives its first caller must not keep that caller's class loader.
            thread.setContextClassLoader(null);
            thread.start();
        }
    }

    private static int threads() {
        int processors = Runtime.getRuntime().availableProcessors();
        int wanted = Integer.getInteger(THREADS, processors);
        return Math.max(1, Math.min(wanted, 4 * processors));
    }

    /** Returns how many threads can work on a call. */
    public static int size() {
        return SHARED.helpers + 1;
    }

    /** Work in parts that do not depend on each other. One object can be run again and again, once at a time. */
    public abstract static class Work {

        private final AtomicInteger next = new AtomicInteger();
        private int parts;
        private int helping;
        private int slots;
        private volatile @Nullable Throwable failure;

        /**
         * Does a part.
         *
         * @param slot which of the threads of this run does it, from 0 to {@link Crew#size()} - 1
         * @param part from 0 to the number of parts, ascending for a thread
         */
        protected abstract void part(int slot, int part);

        private void work(int slot) {
            try {
                for (int part = next.getAndIncrement();
                        part < parts && failure == null;
                        part = next.getAndIncrement()) {
                    part(slot, part);
                }
                PageFaults.requireNone();
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        }
    }

    /**
     * Does all parts of some work, and returns when they are done.
     *
     * @param threads how many threads may work at most, the caller's among them
     * @throws RuntimeException what a part threw; other parts may then not have been done
     */
    public static void run(Work work, int parts, int threads) {
        SHARED.doAll(work, parts, Math.min(threads, parts) - 1);
    }

    private void doAll(Work work, int parts, int wanted) {
        int asked = Math.min(wanted, helpers);
        work.parts = parts;
        work.failure = null;
        work.slots = 0;
        work.next.set(0);
        if (asked > 0) {
            synchronized (waiting) {
                for (int i = 0; i < asked; i++) {
                    waiting.addLast(work);
                }
                waiting.notifyAll();
            }
        }
        work.work(0);
        if (asked > 0) {
            await(work);
        }
        Throwable failure = work.failure;
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw (RuntimeException) failure;
        }
    }

    private void await(Work work) {
        boolean interrupted = false;
        synchronized (waiting) {
            while (waiting.remove(work)) {
                // Nobody came for it, and nothing is left to do.
            }
            while (work.helping > 0) {
                try {
                    waiting.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void help() {
        while (true) {
            Work work;
            int slot;
            synchronized (waiting) {
                while (waiting.isEmpty()) {
                    try {
                        waiting.wait();
                    } catch (InterruptedException e) {
                        // Nobody has a reason to stop this thread.
                    }
                }
                work = waiting.removeFirst();
                work.helping++;
                slot = ++work.slots;
            }
            work.work(slot);
            synchronized (waiting) {
                work.helping--;
                if (work.helping == 0) {
                    waiting.notifyAll();
                }
            }
        }
    }
}
