package io.github.sae4j.loader;

/** What was to be opened as one SAE is a set of layers, which {@link SaeLoader#openSet()} opens. */
public final class SaeSetException extends SaeLoadException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message a sentence that a user can act on
     */
    public SaeSetException(String message) {
        super(message, null);
    }
}
