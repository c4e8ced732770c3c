package io.github.sae4j.hub;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The sentence for a process that has as many files and connections open as the system lets it. */
final class TooManyFiles {

    /** What is wrong and what to do, as a part of a sentence. */
    static final String REASON =
            "this process has as many files open as it may (ulimit -n tells and sets how many; SAEs"
                    + " and files that are not closed count)";

    private static final String OF_THE_SYSTEM = "Too many open files";
    private static final int DEEPEST = 10;

    private TooManyFiles() {}

    /** Returns whether a failure, or what it comes from, is that. */
    static boolean isCause(Throwable failure) {
        @Nullable Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
            @Nullable String message = cause.getMessage();
            if (cause instanceof IOException && message != null && message.contains(OF_THE_SYSTEM)) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }
}
