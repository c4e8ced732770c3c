package io.github.sae4j.spark.internal.worker;

import io.github.sae4j.core.SaeRuntime;
import io.github.sae4j.core.SparseAutoencoder;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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
        private @Nullable SparseAutoencoder sae;
        private @Nullable SaeRuntime runtime;
        private @Nullable ScheduledFuture<?> closing;
        private int users;

        private Shared(SaeReference reference) {
            this.reference = reference;
        }

        /** One task opens it, and the others wait. Each tries again if it fails, for a retry may find what was missing. */
        private synchronized SparseAutoencoder opened() {
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
        }

        private synchronized void close() {
            if (sae != null) {
                LOG.info(
                        "Closes {}, which no task has used for {} minutes",
                        sae.source().description(),
                        IDLE_MINUTES);
                sae.close();
                sae = null;
            }
            if (runtime != null) {
                runtime.close();
                runtime = null;
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
     * Returns work with an SAE of this process, opened by the first that asks.
     *
     * @param begin makes the work, which gives the lease back in the end
     * @throws io.github.sae4j.core.SaeException if its weights are not those that are meant
     * @throws io.github.sae4j.loader.SaeLoadException if it cannot be opened here
     */
    public static <T> T lease(SaeReference reference, Function<Lease, T> begin) {
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
            return begin.apply(new Lease(shared, shared.opened()));
        } catch (Throwable e) {
            synchronized (OPEN) {
                leave(shared);
            }
            throw e;
        }
    }

    /** Called with the lock. */
    private static void leave(Shared shared) {
        shared.users--;
        if (shared.users == 0) {
            shared.closing = CLOSER.schedule(() -> closeIfIdle(shared), IDLE_MINUTES, TimeUnit.MINUTES);
        }
    }

    private static void closeIfIdle(Shared shared) {
        synchronized (OPEN) {
            if (shared.users > 0) {
                return;
            }
            OPEN.remove(shared.reference);
        }
        shared.close();
    }
}
