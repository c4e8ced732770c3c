package io.github.sae4j.data.internal.files;

import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Something in the making that is given up when it is closed, and also when the process ends before that. Giving up what
 * has been put in place does nothing.
 */
final class Guarded<T> implements AutoCloseable {

    private final Consumer<T> givingUp;
    private final ShutdownGuard guard;
    private final Object lock = new Object();
    private final T made;

    /**
     * Makes it.
     *
     * @throws IllegalStateException if the process is ending already; then nothing is made
     */
    Guarded(Supplier<T> making, Consumer<T> givingUp) {
        this.givingUp = givingUp;
        // The guard waits for the lock, so it sees either nothing at all or something that it can give up.
        synchronized (lock) {
            this.guard = ShutdownGuard.of(this::giveUp);
            try {
                this.made = making.get();
            } catch (RuntimeException e) {
                guard.close();
                throw e;
            }
        }
    }

    /** Returns it. */
    T made() {
        return made;
    }

    /** Puts it in place, while the guard waits. */
    void commit(Runnable putting) {
        synchronized (lock) {
            putting.run();
        }
    }

    private void giveUp() {
        synchronized (lock) {
            // Null if it could not be made.
            if (made != null) {
                givingUp.accept(made);
            }
        }
    }

    @Override
    public void close() {
        try {
            giveUp();
        } finally {
            guard.close();
        }
    }
}
