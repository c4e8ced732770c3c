package io.github.sae4j.loader;

/**
 * What was to be opened as one SAE is a set of layers, which {@link SaeLoader#openSet()} opens; immutable.
 *
 * <pre>{@code
 * try (SparseAutoencoder sae = SAE.fromDisk(folder)) {
 *     SparseFeatures features = sae.encode(activations);
 * } catch (SaeSetException e) {
 *     try (SaeSet set = SAE.openSet(folder)) {
 *         LayeredFeatures features = set.encode(layered);
 *     }
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class SaeSetException extends SaeLoadException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message a sentence that a user can act on
     */
    public SaeSetException(String message) {
        super(Reason.SET_OF_LAYERS, message);
    }
}
