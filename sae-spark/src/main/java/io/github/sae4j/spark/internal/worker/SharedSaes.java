package io.github.sae4j.spark.internal.worker;

import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SaeRuntime;
import io.github.sae4j.core.SparseAutoencoder;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SAEs of this process: each is opened by the first task that needs it, shared by those that run beside and after it, and
 * closed when none has needed it for a while.
 */
public final class SharedSaes {

    /** How long an SAE stays open that no task uses: tasks of a stage follow each other within moments, stages within minutes. */
    private static final long IDLE_MINUTES = 5;

    private static final Logger LOG = LoggerFactory.getLogger(SharedSaes.class);
    private static final Map<SaeReference, Shared> OPEN = new HashMap<>();
    private static final ScheduledThreadPoolExecutor CLOSER = closer();

    private SharedSaes() {}

    private static ScheduledThreadPoolExecutor closer() {
        ScheduledThreadPoolExecutor closer = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(null, work, "sae4j-spark-closer", 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            return thread;
        });
        closer.setKeepAliveTime(1, TimeUnit.SECONDS);
        closer.allowCoreThreadTimeOut(true);
        closer.setRemoveOnCancelPolicy(true);
        return closer;
    }

    /** An SAE, or the place of one that is being opened. */
    private static final class Shared {

        private final SaeReference reference;
        private final ReentrantLock opening = new ReentrantLock();
        private @Nullable SparseAutoencoder sae;
        private @Nullable SaeRuntime runtime;
        private @Nullable ScheduledFuture<?> closing;
        private int users;

        private Shared(SaeReference reference) {
            this.reference = reference;
        }

        /**
         * One task opens it, and the others wait, unless they are killed. Each tries again if it fails, for a retry may find what
         * was missing.
         */
        private SparseAutoencoder opened() {
            try {
                opening.lockInterruptibly();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SaeException(
                        SaeException.Reason.INTERRUPTED,
                        "The task was stopped while it waited for '"
                                + reference.settings().name() + "' to be opened.",
                        e);
            }
            try {
                SparseAutoencoder open = sae;
                if (open == null) {
                    Machine.warnOfWhatIsSlow();
                    SaeRuntime threads = SaeRuntime.ofThreads(
                            Machine.threadsOfCalls(reference.settings().threads()));
                    try {
                        open = reference.open(threads);
                    } catch (Throwable e) {
                        threads.close();
                        throw e;
                    }
                    sae = open;
                    runtime = threads;
                }
                return open;
            } finally {
                opening.unlock();
            }
        }

        private void close() {
            opening.lock();
            try {
                if (sae != null) {
                    LOG.info(
                            "Closes {}, which no task uses any more",
                            sae.source().description());
                    sae.close();
                }
            } finally {
                sae = null;
                if (runtime != null) {
                    runtime.close();
                    runtime = null;
                }
                opening.unlock();
            }
        }
    }

    /** An SAE that stays open until this is closed. */
    public static final class Lease implements AutoCloseable {

        private final Shared shared;
        private final SparseAutoencoder sae;
        private boolean returned;

        private Lease(Shared shared, SparseAutoencoder sae) {
            this.shared = shared;
            this.sae = sae;
        }

        /** Returns the SAE, which others use too and nobody closes. */
        public SparseAutoencoder sae() {
            return sae;
        }

        /** Says that its weights are lost: later tasks open it anew. */
        public void discard() {
            synchronized (OPEN) {
                OPEN.remove(shared.reference, shared);
            }
        }

        /** Says that this task is done with it. A second call does nothing. */
        @Override
        public void close() {
            synchronized (OPEN) {
                if (!returned) {
                    returned = true;
                    leave(shared);
                }
            }
        }
    }

    /**
     * Returns an SAE of this process, opened by the first that asks.
     *
     * @throws SaeException if its weights are not those that are meant, or the task is stopped while it waits
     * @throws io.github.sae4j.loader.SaeLoadException if it cannot be opened here
     */
    public static Lease lease(SaeReference reference) {
        Shared shared;
        synchronized (OPEN) {
            shared = OPEN.computeIfAbsent(reference, Shared::new);
            shared.users++;
            if (shared.closing != null) {
                shared.closing.cancel(false);
                shared.closing = null;
            }
        }
        try {
            return new Lease(shared, shared.opened());
        } catch (Throwable e) {
            synchronized (OPEN) {
                leave(shared);
            }
            throw e;
        }
    }

    /** Called with the lock. One that was discarded is not asked for again, so nothing is gained by waiting. */
    private static void leave(Shared shared) {
        shared.users--;
        if (shared.users == 0) {
            long minutes = OPEN.get(shared.reference) == shared ? IDLE_MINUTES : 0;
            shared.closing = CLOSER.schedule(() -> closeIfIdle(shared), minutes, TimeUnit.MINUTES);
        }
    }

    private static void closeIfIdle(Shared shared) {
        synchronized (OPEN) {
            if (shared.users > 0) {
                return;
            }
            OPEN.remove(shared.reference, shared);
        }
        shared.close();
    }
}
