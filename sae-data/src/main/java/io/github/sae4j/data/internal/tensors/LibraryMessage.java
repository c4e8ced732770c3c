package io.github.sae4j.data.internal.tensors;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What a library's failure means to whoever has the file, in a few words. */
public final class LibraryMessage {

    /** In messages with this, parquet-java shows its own variables, set or not. */
    private static final String HEADERS = "org.apache.parquet.format.";

    private LibraryMessage() {}

    /** Returns the reason; what a library says of its own variables is none. */
    public static String of(Throwable failure) {
        if (failure instanceof EOFException) {
            return "it ends too early";
        }
        boolean meant = failure instanceof IOException
                || failure instanceof UncheckedIOException
                || failure instanceof UnsupportedOperationException
                || failure instanceof IllegalArgumentException
                || failure instanceof LinkageError
                || failure.getClass().equals(RuntimeException.class)
                || failure.getClass().getName().startsWith("org.apache.parquet.");
        String message = failure.getMessage();
        return !meant || message == null || message.isBlank() || message.contains(HEADERS)
                ? "it is damaged"
                : message.lines().findFirst().orElse("");
    }
}
