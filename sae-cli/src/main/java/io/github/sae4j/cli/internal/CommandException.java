package io.github.sae4j.cli.internal;

/** A failure of a command that its user can act on; the message is one sentence. */
public final class CommandException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message a sentence that a user can act on
     */
    public CommandException(String message) {
        super(message);
    }

    /**
     * Creates an exception with the failure that led to it.
     *
     * @param message a sentence that a user can act on
     * @param cause what went wrong underneath
     */
    public CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
