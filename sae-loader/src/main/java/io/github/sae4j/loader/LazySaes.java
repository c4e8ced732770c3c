package io.github.sae4j.loader;

import io.github.sae4j.core.SparseAutoencoder;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** SAEs of some layers, each opened when it is first asked for and closed with all others. Safe to use from many threads. */
final class LazySaes implements AutoCloseable {

    private final AtomicReferenceArray<@Nullable SparseAutoencoder> opened;
    private final IntFunction<SparseAutoencoder> opening;
    private final Object lock;
    private volatile boolean stopped;

    /**
     * Creates them.
     *
     * @param opening opens the SAE of a layer
     * @param lock is held while one is opened
     */
    LazySaes(int layers, IntFunction<SparseAutoencoder> opening, Object lock) {
        this.opened = new AtomicReferenceArray<>(layers);
        this.opening = opening;
        this.lock = lock;
    }

    SparseAutoencoder get(int layer) {
        @Nullable SparseAutoencoder ready = opened.get(layer);
        if (ready != null) {
            return ready;
        }
        synchronized (lock) {
            if (stopped) {
                throw new IllegalStateException(SaeSet.CLOSED);
            }
            @Nullable SparseAutoencoder meanwhile = opened.get(layer);
            SparseAutoencoder sae = meanwhile == null ? opening.apply(layer) : meanwhile;
            opened.set(layer, sae);
            return sae;
        }
    }

    /** Ends the calls that run, and opens no more; waits for the one that is being opened. */
    void stop() {
        stopped = true;
        synchronized (lock) {
            for (int layer = 0; layer < opened.length(); layer++) {
                @Nullable SparseAutoencoder sae = opened.get(layer);
                if (sae != null) {
                    sae.close(Duration.ZERO);
                }
            }
        }
    }

    @Override
    public void close() {
        for (int layer = 0; layer < opened.length(); layer++) {
            @Nullable SparseAutoencoder sae = opened.getAndSet(layer, null);
            if (sae != null) {
                sae.close();
            }
        }
    }
}
