package io.github.sae4j.analysis;

/**
 * An analysis that cannot be done or go on; the message is one sentence.
 *
 * @since 0.1
 */
public final class AnalysisException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message a sentence
     */
    public AnalysisException(String message) {
        super(message);
    }

    /**
     * Creates an exception with the failure that led to it.
     *
     * @param message a sentence
     * @param cause what went wrong underneath
     */
    public AnalysisException(String message, Throwable cause) {
        super(message, cause);
    }
}
