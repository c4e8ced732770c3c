package io.github.sae4j.core;

import io.github.sae4j.core.internal.host.WorkerPool;

/**
 * The threads that SAEs compute with in Java. All SAEs share those of the process unless they are given others, so most
 * programs need no runtime; a server that keeps some processors for something else, or a test, makes its own:
 *
 * <pre>{@code
 * try (SaeRuntime runtime = SaeRuntime.ofThreads(4);
 *         SparseAutoencoder sae = builder.runtime(runtime).build()) {
 *     SparseFeatures features = sae.encode(activations);
 * }
 * }</pre>
 *
 * <p>The threads are daemons; each call uses those that are free, and its own. Calls that several threads make at once take
 * turns in the order in which they come, and small ones that wait are encoded together. libtorch has threads of its own, which
 * belong to the process: the system property {@code sae4j.threads} limits both them and the shared runtime's. Calls of SAEs
 * that are prepared take no more of them than this runtime has threads. Safe for use by several threads.
 *
 * @since 0.1
 */
public final class SaeRuntime implements AutoCloseable {

    private static final class Shared {

        private static final SaeRuntime RUNTIME = new SaeRuntime(WorkerPool.shared(), true);
    }

    private final WorkerPool pool;
    private final boolean shared;

    private SaeRuntime(WorkerPool pool, boolean shared) {
        this.pool = pool;
        this.shared = shared;
    }

    /**
     * Returns the runtime of this process, with a thread for each processor, or as many as the system property {@code
     * sae4j.threads} says. Closing it does nothing.
     *
     * @throws SaeException if the property is no number of threads
     */
    public static SaeRuntime shared() {
        // A class whose constants fail cannot be used again, so what may fail comes before it.
        WorkerPool.shared();
        return Shared.RUNTIME;
    }

    /**
     * Starts a runtime; the caller closes it after the SAEs that use it.
     *
     * @param threads how many threads may work on one call, the caller's among them, at least 1
     * @throws SaeException if {@code threads} is below 1
     */
    public static SaeRuntime ofThreads(int threads) {
        if (threads < 1) {
            throw new SaeException(
                    "A runtime needs at least 1 thread, which is the caller's, but is given " + threads + ".");
        }
        return new SaeRuntime(new WorkerPool(threads), false);
    }

    /** Returns how many threads may work on one call, the caller's among them. */
    public int threads() {
        return pool.size();
    }

    /**
     * Returns the threads, to an SAE that is being built.
     *
     * @throws IllegalStateException if they have been ended
     */
    WorkerPool pool() {
        if (pool.isClosed()) {
            throw new IllegalStateException("This runtime is closed already.");
        }
        return pool;
    }

    /** Ends the threads, each after the part that it works on. SAEs that still use them compute on their callers' alone. */
    @Override
    public void close() {
        if (!shared) {
            pool.close();
        }
    }
}
