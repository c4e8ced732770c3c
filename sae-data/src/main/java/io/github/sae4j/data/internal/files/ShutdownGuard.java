package io.github.sae4j.data.internal.files;

/**
 * Runs a clean-up if the process ends, by Ctrl-C for example, before the guard is closed.
 *
 * <p>To be opened before the thing to clean up is made: once the process is ending, opening fails, so nothing new is
 * left behind.
 */
public final class ShutdownGuard implements AutoCloseable {

    private static volatile boolean ending;

    private final Thread hook;

    private ShutdownGuard(Thread hook) {
        this.hook = hook;
    }

    /**
     * Opens a guard.
     *
     * @param cleanUp what to do; it may run while other threads still work
     * @throws IllegalStateException if the process is ending already
     */
    public static ShutdownGuard of(Runnable cleanUp) {
        Thread hook = new Thread(
                () -> {
                    ending = true;
                    cleanUp.run();
                },
                "clean-up");
        Runtime.getRuntime().addShutdownHook(hook);
        return new ShutdownGuard(hook);
    }

    /** Returns whether the process is ending and clean-ups run, so that failures of the work mean nothing. */
    public static boolean isEnding() {
        return ending;
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, so the clean-up runs or has run.
            ending = true;
        }
    }
}
