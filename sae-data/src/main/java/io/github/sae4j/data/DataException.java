package io.github.sae4j.data;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Data that cannot be read or written; the message is one sentence that says which file, what is wrong with it and what was
 * expected.
 *
 * @since 0.1
 */
public final class DataException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient @Nullable Sentence sentence;

    /**
     * Creates an exception.
     *
     * @param message a sentence
     */
    public DataException(String message) {
        super(message);
        this.sentence = null;
    }

    /**
     * Creates an exception with the failure that led to it.
     *
     * @param message a sentence
     * @param cause what went wrong underneath
     */
    public DataException(String message, Throwable cause) {
        super(message, cause);
        this.sentence = null;
    }

    /**
     * Creates an exception whose sentence names settings.
     *
     * @param sentence what is wrong
     */
    public DataException(Sentence sentence) {
        super(sentence.toString());
        this.sentence = sentence;
    }

    /** Returns what is wrong; {@link #getMessage} has the same with Java's names of settings. */
    public Sentence sentence() {
        return sentence == null ? Sentence.of(String.valueOf(getMessage())) : sentence;
    }

    /**
     * Returns the exception for a file that the system refused or failed to serve.
     *
     * @param path the file or folder
     * @param what what cannot be done with it, for example {@code "cannot be read"}
     * @param cause the system's answer
     */
    public static DataException of(Path path, String what, IOException cause) {
        return new DataException(path + ": " + what + ": " + reason(cause) + ".", cause);
    }

    /** Java's own message for a path that something is wrong with is often no more than the path. */
    private static String reason(IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return "access is denied";
        }
        if (cause instanceof FileAlreadyExistsException) {
            return "there is a file of that name";
        }
        String reason = cause instanceof FileSystemException answer ? answer.getReason() : cause.getMessage();
        return reason == null ? cause.getClass().getSimpleName() : reason;
    }
}
