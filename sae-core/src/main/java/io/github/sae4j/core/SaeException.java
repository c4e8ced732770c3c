package io.github.sae4j.core;

import org.jspecify.annotations.Nullable;

/**
 * A request that an SAE cannot serve: a shape or number format that does not fit, values that are not finite, a device that
 * is not there. The message is a sentence with what was expected and what was found, and {@link #reason()} is what programs
 * switch on:
 *
 * <pre>{@code
 * int status = 200;
 * try {
 *     SparseFeatures features = sae.encode(activations);
 * } catch (SaeException e) {
 *     status = switch (e.reason()) {
 *         case INVALID_ARGUMENT, NOT_FINITE -> 400;
 *         case CLOSED, INTERRUPTED -> 503;
 *         default -> throw e;
 *     };
 * }
 * }</pre>
 *
 * <p>An argument that is null ends in a {@link NullPointerException}, and a call of what is closed already in an {@link
 * IllegalStateException}.
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class SaeException extends RuntimeException {

    private static final long serialVersionUID = 2L;

    /**
     * Why a request cannot be served. Immutable, and so safe for use by several threads.
     *
     * <pre>{@code
     * try {
     *     SparseFeatures features = sae.encode(activations);
     * } catch (SaeException e) {
     *     if (e.reason() != SaeException.Reason.NOT_FINITE) {
     *         throw e;
     *     }
     *     System.err.println("Left out: " + e.getMessage());       // with the row and the column
     * }
     * }</pre>
     *
     * @since 0.1
     */
    public enum Reason {

        /** An argument or a part does not fit what is said of it: a shape, a width, a number format, a range. */
        INVALID_ARGUMENT,

        /** An activation, a feature, a weight or a result is NaN or infinite, and that was not allowed. */
        NOT_FINITE,

        /** SAEs of this kind cannot do it. */
        NOT_SUPPORTED,

        /** A kernel, a device or a native library is not there, or does not start. */
        UNAVAILABLE,

        /** The result is larger than one object can hold. */
        TOO_LARGE,

        /** There is not enough memory, of the device or outside the heap. */
        OUT_OF_MEMORY,

        /** The calling thread was interrupted; it still is. */
        INTERRUPTED,

        /** The SAE was closed while the call ran. */
        CLOSED,

        /** The file of the weights was changed or cut since the SAE was opened, or cannot be read any more. */
        WEIGHTS_LOST,

        /** DJL's engine failed in a way that was not foreseen. */
        ENGINE
    }

    private final Reason reason;

    /**
     * Creates an exception for an argument that does not fit.
     *
     * @param message a sentence that a user can act on
     */
    public SaeException(String message) {
        this(Reason.INVALID_ARGUMENT, message);
    }

    /**
     * Creates an exception.
     *
     * @param reason what programs switch on
     * @param message a sentence that a user can act on
     */
    public SaeException(Reason reason, String message) {
        super(message);
        this.reason = requirePresent(reason, "reason");
    }

    /**
     * Creates an exception with the failure that led to it.
     *
     * @param reason what programs switch on
     * @param message a sentence that a user can act on
     * @param cause what went wrong underneath
     */
    public SaeException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = requirePresent(reason, "reason");
    }

    /** Returns why the request cannot be served. */
    public Reason reason() {
        return reason;
    }

    /**
     * Returns an argument that is not null.
     *
     * @throws NullPointerException if it is
     */
    static <T> T requirePresent(@Nullable T value, String name) {
        if (value == null) {
            throw new NullPointerException(name + " must not be null.");
        }
        return value;
    }

    static void requireFeature(int feature, int dSae) {
        if (feature < 0 || feature >= dSae) {
            throw new SaeException("There is no feature " + feature + ": d_sae is " + dSae + ".");
        }
    }

    static void requireLength(float @Nullable [] values, String name, int expected, String other) {
        int found = requirePresent(values, name).length;
        if (found != expected) {
            throw new SaeException(name + " has " + found + " values, but " + other + " has " + expected + ".");
        }
    }
}
