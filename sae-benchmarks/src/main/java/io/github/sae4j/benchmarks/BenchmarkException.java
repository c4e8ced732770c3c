package io.github.sae4j.benchmarks;

import java.io.Serial;

/** Thrown when a benchmark cannot run, or what it measured is wrong; the message is a sentence. */
public final class BenchmarkException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    /** Makes one without a cause. */
    public BenchmarkException(String message) {
        super(message);
    }

    /** Makes one with its cause. */
    public BenchmarkException(String message, Throwable cause) {
        super(message, cause);
    }
}
