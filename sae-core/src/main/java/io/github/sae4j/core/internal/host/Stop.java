package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.SaeException;

/** Ends an SAE's calls before they are done: when the SAE must close, or a caller is interrupted. */
public final class Stop {

    /** What nobody asks to stop, but for an interrupted caller. */
    public static final Stop NEVER = new Stop();

    private volatile boolean asked;

    /** Asks all calls to end. */
    public void ask() {
        asked = true;
    }

    /**
     * Lets a call go on.
     *
     * @param caller whether this is the caller's own thread, whose interrupt counts and stays set
     * @throws SaeException if the call must end
     */
    public void requireGoingOn(boolean caller) {
        if (asked) {
            throw new SaeException(SaeException.Reason.CLOSED, "This SAE was closed while the call ran.");
        }
        if (caller && Thread.currentThread().isInterrupted()) {
            throw new SaeException(
                    SaeException.Reason.INTERRUPTED,
                    "The thread was interrupted while the SAE computed; nothing came of the call.");
        }
    }
}
