package io.github.sae4j.core;

import org.jspecify.annotations.Nullable;

/**
 * A request that an SAE cannot serve: a missing or closed argument, a shape or number format that does not fit, values
 * that are not finite, a device that is not there. The message is a sentence with what was expected and what was found.
 */
public final class SaeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message a sentence that a user can act on
     */
    public SaeException(String message) {
        super(message);
    }

    /**
     * Creates an exception with the failure that led to it.
     *
     * @param message a sentence that a user can act on
     * @param cause what went wrong underneath
     */
    public SaeException(String message, Throwable cause) {
        super(message, cause);
    }

    static <T> T requirePresent(@Nullable T value, String name) {
        if (value == null) {
            throw new SaeException(name + " must not be null.");
        }
        return value;
    }

    static void requireLength(float @Nullable [] values, String name, int expected, String other) {
        int found = requirePresent(values, name).length;
        if (found != expected) {
            throw new SaeException(name + " has " + found + " values, but " + other + " has " + expected + ".");
        }
    }
}
