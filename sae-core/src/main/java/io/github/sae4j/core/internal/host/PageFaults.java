package io.github.sae4j.core.internal.host;

/**
 * Makes the JVM tell of pages of mapped files that could not be read. It does so by an {@link InternalError}, which it throws
 * at the thread's next way through the JVM; that must be before the work's end, not in whatever the thread does then.
 */
public final class PageFaults {

    private static final Object NOTHING = new Object();

    private PageFaults() {}

    /**
     * Throws if this thread has read a page that is not there any more.
     *
     * @throws InternalError if it has
     */
    public static void requireNone() {
        // A native method that does next to nothing; the error comes on the way back from it.
        if (Thread.holdsLock(NOTHING)) {
            throw new IllegalStateException("nobody locks this object");
        }
    }
}
