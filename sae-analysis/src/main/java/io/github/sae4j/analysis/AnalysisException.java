package io.github.sae4j.analysis;

import java.util.Objects;

/**
 * An analysis that cannot be done or go on; the message is one sentence; {@link #reason()} is the same for programs.
 *
 * <pre>{@code
 * try {
 *     System.out.println(FitCheck.on(Sample.of(reader), sae).sentence());
 * } catch (AnalysisException e) {
 *     switch (e.reason()) {
 *         case UNSUPPORTED, NO_TOKENS -> System.out.println("Not checked: " + e.getMessage());
 *         default -> throw e;
 *     }
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class AnalysisException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /**
     * Creates an exception.
     *
     * @param reason what went wrong
     * @param message a sentence
     */
    public AnalysisException(Reason reason, String message) {
        super(message);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /**
     * Creates an exception with the failure that led to it.
     *
     * @param reason what went wrong
     * @param message a sentence
     * @param cause what went wrong underneath
     */
    public AnalysisException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /** Returns what went wrong. */
    public Reason reason() {
        return reason;
    }

    /**
     * What can go wrong. Immutable, and so safe for use by several threads.
     *
     * <pre>{@code
     * try {
     *     Evaluation evaluation = Evaluation.of(reader, sae, 1024);
     * } catch (AnalysisException e) {
     *     if (e.reason() != AnalysisException.Reason.INTERRUPTED) {
     *         throw e;
     *     }
     *     System.err.println("Given up half-way.");                // the thread is still interrupted
     * }
     * }</pre>
     *
     * @since 0.1
     */
    public enum Reason {
        /** The thread was interrupted. */
        INTERRUPTED,
        /** The SAE is of a kind for which this is not done. */
        UNSUPPORTED,
        /** It would need more memory than there is. */
        TOO_LARGE,
        /** There are no tokens. */
        NO_TOKENS
    }
}
