package io.github.sae4j.loader.internal;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The sentence for a file or folder that the system would not let us write. */
public final class Unwritable {

    private Unwritable() {}

    public static SaeLoadException because(Path path, IOException cause) {
        Reason kind = cause instanceof ClosedByInterruptException ? Reason.INTERRUPTED : Reason.UNWRITABLE;
        return new SaeLoadException(kind, path + " cannot be written: " + reason(cause) + ".", cause);
    }

    private static String reason(IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return "access is denied";
        }
        if (cause instanceof ClosedByInterruptException) {
            return "the thread was interrupted";
        }
        if (cause instanceof FileAlreadyExistsException) {
            return "something of that name is there by now";
        }
        @Nullable String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
