package io.github.sae4j.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.sae4j.core.JumpRelu;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.core.TopK;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An open SAE and the work whose time is measured on it. */
final class MeasuredSae implements AutoCloseable {

    private final SparseAutoencoder sae;
    private @Nullable SparseFeatures found;

    MeasuredSae(SparseAutoencoder sae) {
        this.sae = sae;
    }

    SparseAutoencoder sae() {
        return sae;
    }

    boolean keepsStrongestOnly() {
        return sae.parts().activation() instanceof TopK;
    }

    /** Returns what a feature's value must be above, {@code [d_sae]}; nothing if that is 0. */
    float[] thresholds() {
        return sae.parts().activation() instanceof JumpRelu rule ? rule.threshold() : new float[0];
    }

    /**
     * Does some work several times.
     *
     * @return the nanoseconds of all calls together, without making their input and giving back their results
     */
    long nanos(Work work, float[][] activations, int calls) {
        long total = 0;
        try (NDManager manager = sae.newManager()) {
            NDArray array = work == Work.DENSE ? manager.create(activations) : null;
            SparseFeatures features = work == Work.DECODE ? features(activations) : null;
            for (int call = 0; call < calls; call++) {
                long start = System.nanoTime();
                if (array != null) {
                    NDArray dense = sae.encodeDense(array);
                    total += System.nanoTime() - start;
                    dense.close();
                } else if (features != null) {
                    float[][] decoded = sae.decode(features);
                    total += System.nanoTime() - start;
                    requireRows(decoded.length, activations.length);
                } else {
                    SparseFeatures encoded = sae.encode(activations);
                    total += System.nanoTime() - start;
                    requireRows(encoded.tokens(), activations.length);
                }
            }
        }
        return total;
    }

    /**
     * Encodes requests from several threads.
     *
     * @return the nanoseconds of all of them, and of each, without making their input
     */
    RequestMix.Served serve(int threads, List<float[][]> requests) {
        return RequestMix.serve(threads, requests, request -> {
            long start = System.nanoTime();
            SparseFeatures encoded = sae.encode(request);
            long nanos = System.nanoTime() - start;
            requireRows(encoded.tokens(), request.length);
            return nanos;
        });
    }

    /** Does some work once and returns what came out. */
    Rows rows(Work work, float[][] activations) {
        return switch (work) {
            case ENCODE -> Rows.of(sae.encode(activations));
            case DECODE -> Rows.of(sae.decode(features(activations)));
            case DENSE -> {
                try (NDManager manager = sae.newManager()) {
                    NDArray dense = sae.encodeDense(manager.create(activations));
                    yield Rows.of(dense.toFloatArray(), sae.config().dSae());
                }
            }
        };
    }

    /**
     * Returns the features of activations; those that were asked for last are at hand, until there are other activations
     * of the same number and {@link #forget} is called.
     */
    SparseFeatures features(float[][] activations) {
        SparseFeatures last = found;
        if (last == null || last.tokens() != activations.length) {
            last = sae.encode(activations);
            found = last;
        }
        return last;
    }

    void forget() {
        found = null;
    }

    private static void requireRows(int found, int expected) {
        if (found != expected) {
            throw new BenchmarkException(found + " rows came out of " + expected + ".");
        }
    }

    @Override
    public void close() {
        sae.close();
    }
}
