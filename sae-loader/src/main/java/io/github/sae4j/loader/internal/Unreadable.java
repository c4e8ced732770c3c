package io.github.sae4j.loader.internal;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The sentence for a file or folder that the system would not let us read. */
public final class Unreadable {

    /** What Linux and macOS say; Windows has no such limit. */
    private static final String TOO_MANY_FILES = "Too many open files";

    private Unreadable() {}

    public static SaeLoadException because(Path path, IOException cause) {
        return new SaeLoadException(Reason.UNREADABLE, sentence(path, cause), cause);
    }

    public static String sentence(Path path, IOException cause) {
        return path + " cannot be read: " + reason(cause) + ".";
    }

    private static String reason(IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return "access is denied";
        }
        if (cause instanceof NoSuchFileException) {
            return "it is no longer there";
        }
        @Nullable String message = cause.getMessage();
        if (message != null && message.contains(TOO_MANY_FILES)) {
            return "this process has as many files open as it may (ulimit -n tells and sets how many; SAEs and files that"
                    + " are not closed count)";
        }
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
