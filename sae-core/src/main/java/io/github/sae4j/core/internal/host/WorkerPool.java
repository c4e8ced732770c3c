package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.SaeException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that help callers with work in parts: one less than may work on a call, for the caller works too. Whoever is free
 * takes the next part, so a busy neighbour slows one part and not all. With several callers at once each does what the pool
 * does not come to, so that there are never more busy threads than callers and pool.
 */
public final class WorkerPool implements AutoCloseable {

    /** The property that limits how many threads of the shared pool work on a call, the caller's among them. */
    private static final String THREADS = "sae4j.threads";

    private static final Logger LOG = LoggerFactory.getLogger(WorkerPool.class);

    private final Deque<Work> waiting = new ArrayDeque<>();
    private final int helpers;
    private final Turns turns;
    private @Nullable Runnable chore;
    private boolean closed;

    /** A thread that helps callers. */
    static final class Helper extends Thread {

        private Helper(Runnable work) {
            super(null, work, "sae4j", 0, false);
        }
    }

    /** The pool of whoever brings none, started with the first SAE that needs one. */
    private static final class Shared {

        private static final WorkerPool POOL = new WorkerPool(sharedThreads());
    }

    /**
     * Starts the threads, or as many of them as the system has.
     *
     * @param threads how many may work on a call, the caller's among them, at least 1
     */
    public WorkerPool(int threads) {
        this(threads, Helper::new);
    }

    /** Starts threads that are made in another way. */
    WorkerPool(int threads, ThreadFactory factory) {
        int started = 0;
        try {
            for (; started < threads - 1; started++) {
                Thread thread = factory.newThread(this::help);
                thread.setName("sae4j-" + (started + 1));
                thread.setDaemon(true);
                // A thread that outlives its first caller must not keep that caller's class loader.
                thread.setContextClassLoader(null);
                thread.start();
            }
        } catch (OutOfMemoryError e) {
            LOG.warn(
                    "Calls have {} threads instead of {}, for the system starts no more: {}",
                    started + 1,
                    threads,
                    e.getMessage());
        }
        this.helpers = started;
        this.turns = Turns.of(started + 1);
    }

    /**
     * Returns the pool of the process, which is never closed.
     *
     * @throws SaeException if the property that limits its threads is no number of threads
     */
    public static WorkerPool shared() {
        // A class whose constants fail cannot be used again, so what may fail comes before it.
        limit();
        return Shared.POOL;
    }

    /**
     * Returns the limit that the property sets for the process, or null if it sets none.
     *
     * @throws SaeException if it is no number of threads
     */
    public static @Nullable Integer limit() {
        String value = System.getProperty(THREADS);
        if (value == null) {
            return null;
        }
        try {
            int threads = Integer.parseInt(value.strip());
            if (threads > 0) {
                return threads;
            }
        } catch (NumberFormatException e) {
            // Said below, as of a number that is none of threads.
        }
        throw new SaeException(
                SaeException.Reason.INVALID_ARGUMENT,
                "The system property " + THREADS + " is '" + value
                        + "', but it must be a number of threads, at least 1.");
    }

    private static int sharedThreads() {
        int processors = Runtime.getRuntime().availableProcessors();
        Integer wanted = limit();
        return Math.min(wanted == null ? processors : wanted, 4 * processors);
    }

    /** Returns how many threads can work on a call. */
    public int size() {
        return helpers + 1;
    }

    /** Returns the order in which calls come to the threads. */
    Turns turns() {
        return turns;
    }

    /** Returns whether it is closed. */
    public boolean isClosed() {
        synchronized (waiting) {
            return closed;
        }
    }

    /** Ends the threads, each after the part that it works on; callers finish their own work alone. */
    @Override
    public void close() {
        synchronized (waiting) {
            closed = true;
            waiting.notifyAll();
        }
    }

    /**
     * Has a helper do something that nobody waits for, once there is no work. One such thing waits at a time: while one does,
     * others are dropped. It should be short, for work that comes meanwhile waits for its helper.
     *
     * @return whether there is a helper to do it
     */
    public boolean offer(Runnable something) {
        synchronized (waiting) {
            if (helpers == 0 || closed) {
                return false;
            }
            if (chore == null) {
                chore = something;
                waiting.notifyAll();
            }
            return true;
        }
    }

    /** Work in parts that do not depend on each other. One object can be run again and again, once at a time. */
    public abstract static class Work {

        private final AtomicInteger next = new AtomicInteger();
        private Stop stop = Stop.NEVER;
        private int parts;
        private int helping;
        private int slots;
        private volatile @Nullable Throwable failure;

        /**
         * Does a part.
         *
         * @param slot which of the threads of this run does it, from 0 to {@link WorkerPool#size()} - 1
         * @param part from 0 to the number of parts, ascending for a thread
         */
        protected abstract void part(int slot, int part);

        private void work(int slot) {
            try {
                for (int part = next.getAndIncrement();
                        part < parts && failure == null;
                        part = next.getAndIncrement()) {
                    stop.requireGoingOn(slot == 0);
                    part(slot, part);
                }
                PageFaults.requireNone();
            } catch (Throwable e) {
                // A rule that is not written in Java may throw what Java calls checked.
                failure = e;
            }
        }
    }

    /**
     * Does all parts of some work, and returns when they are done.
     *
     * @param threads how many threads may work at most, the caller's among them
     * @param stop ends the work between two parts
     * @throws SaeException if the caller was interrupted, or the work was stopped
     * @throws RuntimeException what a part threw, or what has that as its cause; other parts may then not have been done
     */
    public void run(Work work, int parts, int threads, Stop stop) {
        // Helpers may be done before the caller has begun.
        stop.requireGoingOn(true);
        int asked = Math.min(Math.min(threads, parts) - 1, helpers);
        work.stop = stop;
        work.parts = parts;
        work.failure = null;
        work.slots = 0;
        work.next.set(0);
        if (asked > 0) {
            ask(work, asked);
        }
        work.work(0);
        if (asked > 0) {
            await(work);
        }
        Throwable failure = work.failure;
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure != null) {
            throw new IllegalStateException(failure.toString(), failure);
        }
    }

    /** Asks helpers to come. Where that fails the work does too, but some of them may have come by then. */
    private void ask(Work work, int helpersAsked) {
        synchronized (waiting) {
            try {
                for (int i = 0; i < helpersAsked; i++) {
                    waiting.addLast(work);
                }
            } catch (OutOfMemoryError e) {
                work.failure = e;
            }
            waiting.notifyAll();
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

    /** Helps until the pool is closed. Nothing is allocated between a helper's promise to do a part and its end. */
    private void help() {
        while (true) {
            Work work = null;
            Runnable beside = null;
            int slot = 0;
            synchronized (waiting) {
                while (waiting.isEmpty() && chore == null && !closed) {
                    try {
                        waiting.wait();
                    } catch (InterruptedException e) {
                        // Nobody has a reason to stop this thread but by closing the pool.
                    }
                }
                if (!waiting.isEmpty()) {
                    work = waiting.removeFirst();
                    work.helping++;
                    slot = ++work.slots;
                } else if (closed) {
                    return;
                } else {
                    beside = chore;
                    chore = null;
                }
            }
            if (work != null) {
                help(work, slot);
            } else if (beside != null) {
                doBeside(beside);
            }
        }
    }

    private static void doBeside(Runnable chore) {
        try {
            chore.run();
        } catch (Throwable e) {
            LOG.debug("What a thread did beside its work failed", e);
        }
    }

    private void help(Work work, int slot) {
        work.work(slot);
        synchronized (waiting) {
            work.helping--;
            if (work.helping == 0) {
                waiting.notifyAll();
            }
        }
    }
}
