package io.github.sae4j.core.internal.host;

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
        // Arrays of arrays are made by the JVM, and the error comes on the way back from there; native methods are not
        // such
        // a way in Java 17.
        byte[][] arrays = new byte[ARRAYS][1];
        if (arrays.length != ARRAYS) {
            throw new IllegalStateException("there are " + arrays.length + " arrays");
        }
    }
}
