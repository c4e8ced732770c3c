package io.github.sae4j.loader;

import org.jspecify.annotations.Nullable;

/**
 * An SAE that could not be opened or saved: no such name, folder or file, a configuration or weights that do not fit, a
 * device that is not there. The message is a sentence with what was looked for, what was found and what to do.
 *
 * <p>It is the only exception that opening and saving throw; where another module noticed the fault, its exception is the cause.
 */
public sealed class SaeLoadException extends RuntimeException permits SaeSetException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message a sentence that a user can act on
     */
    public SaeLoadException(String message) {
        super(message);
    }

    /**
     * Creates an exception with the failure that led to it.
     *
     * @param message a sentence that a user can act on
     * @param cause what went wrong underneath
     */
    public SaeLoadException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
