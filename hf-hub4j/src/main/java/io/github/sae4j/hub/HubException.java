package io.github.sae4j.hub;

import org.jspecify.annotations.Nullable;

/**
 * A name that no repository, revision or file can have, or a cache that cannot be read. The message is a sentence with
 * what was given or found, and why it will not do.
 */
public final class HubException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message a sentence that a user can act on
     */
    public HubException(String message) {
        super(message);
    }

    /**
     * Creates an exception with the failure that led to it.
     *
     * @param message a sentence that a user can act on
     * @param cause what went wrong underneath
     */
    public HubException(String message, Throwable cause) {
        super(message, cause);
    }

    static <T> T requirePresent(@Nullable T value, String name) {
        if (value == null) {
            throw new HubException(name + " must not be null.");
        }
        return value;
    }
}
