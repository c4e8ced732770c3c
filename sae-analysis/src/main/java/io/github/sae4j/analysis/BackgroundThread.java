package io.github.sae4j.analysis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Does one thing after another beside the caller, in a thread of its own. */
final class BackgroundThread implements AutoCloseable {

    /** Whoever waits for standard input cannot be interrupted, and may wait for ever. */
    private static final int PATIENCE_SECONDS = 1;

    private final ExecutorService thread;

    private BackgroundThread(String name) {
        this.thread = Executors.newSingleThreadExecutor(work -> {
            Thread created = new Thread(work, name);
            created.setDaemon(true);
            return created;
        });
    }

    static BackgroundThread open(String name) {
        return new BackgroundThread(name);
    }

    <T> Future<T> start(Callable<T> work) {
        return thread.submit(work);
    }

    /**
     * Waits for something that was started.
     *
     * @throws RuntimeException what it threw; an {@link IOException} in an {@link UncheckedIOException}
     */
    static <T> T result(Future<T> work) {
        try {
            return work.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            if (e.getCause() instanceof IOException failure) {
                throw new UncheckedIOException(failure);
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(e);
        }
    }

    static AnalysisException interrupted(Exception cause) {
        return new AnalysisException(AnalysisException.Reason.INTERRUPTED, "The work was interrupted.", cause);
    }

    /** Interrupts what is not done. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            // What is read must not be closed while it is read.
            thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
