package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SaeSource;

/**
 * Makes the JVM tell of pages of mapped files that could not be read. It does so by an {@link InternalError}, which it throws
 * when the thread next comes through the JVM's own code; that must be before the work's end, not in whatever the thread
 * does then.
 */
public final class PageFaults {

    /** More than compiled code allocates by itself. */
    private static final int ARRAYS = 8;

    private PageFaults() {}

    /**
     * Throws if this thread has read a page that is not there any more.
     *
     * @throws InternalError if it has
     */
    public static void requireNone() {
        // Arrays of arrays are made by the JVM, and the error comes on the way back from there; in Java 17 there is no
        // such way back from native methods.
        byte[][] arrays = new byte[ARRAYS][1];
        if (arrays.length != ARRAYS) {
            throw new IllegalStateException("there are " + arrays.length + " arrays");
        }
    }

    /**
     * Returns what a user is told.
     *
     * @throws SaeException another sentence, if the source knows what happened to its weights
     */
    public static SaeException sentence(SaeSource source, InternalError error) {
        source.requireUnchanged();
        return new SaeException(
                SaeException.Reason.WEIGHTS_LOST,
                "The weights of " + source.description()
                        + " cannot be read any more: their file was cut while it was open,"
                        + " or its disk fails. Open the SAE again.",
                error);
    }
}
