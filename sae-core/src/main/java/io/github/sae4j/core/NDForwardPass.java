package io.github.sae4j.core;

import ai.djl.ndarray.NDArray;

/**
 * What an SAE makes of DJL's arrays in one pass. As safe to share between threads as the reconstruction is.
 *
 * <pre>{@code
 * try (NDManager manager = sae.newManager()) {
 *     NDArray x = manager.create(activations);
 *     NDForwardPass pass = sae.forward(x);
 *     double l0 = pass.features().l0();
 *     NDArray error = x.sub(pass.reconstruction());
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class NDForwardPass implements AutoCloseable {

    private final SparseFeatures features;
    private final NDArray reconstruction;

    NDForwardPass(SparseFeatures features, NDArray reconstruction) {
        this.features = features;
        this.reconstruction = reconstruction;
    }

    /** Returns the active features, with the leading axes of the activations; nothing in them needs closing. */
    public SparseFeatures features() {
        return features;
    }

    /**
     * Returns what the features decode to, with a skip term or a predicted part if the SAE has one.
     *
     * @return {@code [..., d_out]} or {@code [..., heads, d_head]}, float32, attached to the manager of the activations;
     *     the caller's
     */
    public NDArray reconstruction() {
        return reconstruction;
    }

    /** Closes the reconstruction, if its manager has not yet; a second call does nothing. */
    @Override
    public void close() {
        reconstruction.close();
    }
}
