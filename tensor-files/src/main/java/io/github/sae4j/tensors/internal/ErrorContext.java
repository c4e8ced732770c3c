package io.github.sae4j.tensors.internal;

import io.github.sae4j.safetensors.internal.Quoted;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.TensorFileException.Reason;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a sentence about a fault begins with: a file, or a part of one.
 *
 * @param name the file's path, perhaps followed by the name of a part
 */
public record ErrorContext(String name) {

    /** Returns the context of a file. */
    public static ErrorContext of(Path path) {
        return new ErrorContext(path.toString());
    }

    /** Returns the context of a part of this one, whose name comes out of the file and is quoted. */
    public ErrorContext part(String part) {
        return new ErrorContext(name + ": " + Quoted.of(part));
    }

    /** Returns the exception that says this sentence of what is malformed. */
    public TensorFileException fault(String sentence) {
        return fault(Reason.MALFORMED, sentence, null);
    }

    /** Returns the exception that says this sentence of what is malformed, with the failure underneath. */
    public TensorFileException fault(String sentence, Throwable cause) {
        return fault(Reason.MALFORMED, sentence, cause);
    }

    /** Returns the exception that says this sentence. */
    public TensorFileException fault(Reason reason, String sentence) {
        return fault(reason, sentence, null);
    }

    /** Returns the exception that says this sentence, with the failure underneath. */
    public TensorFileException fault(Reason reason, String sentence, @Nullable Throwable cause) {
        return new TensorFileException(reason, name + ": " + sentence, cause);
    }

    /** Returns the exception that says that the system, or whoever else fetches the bytes, did not let them be read. */
    public TensorFileException unreadable(IOException cause) {
        if (cause instanceof ClosedByInterruptException) {
            return fault(Reason.INTERRUPTED, "the thread was interrupted while reading.", cause);
        }
        return fault(Reason.UNREADABLE, "the file cannot be read (" + reason(cause) + ").", cause);
    }

    private static String reason(IOException e) {
        if (e instanceof ClosedChannelException) {
            return "a thread was interrupted while it read";
        }
        return e instanceof AccessDeniedException ? "access is denied" : String.valueOf(e.getMessage());
    }

    @Override
    public String toString() {
        return name;
    }
}
