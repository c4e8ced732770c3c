package io.github.sae4j.data;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Data that cannot be read or written; the message is one sentence that says which file, what is wrong with it and what was
 * expected; {@link #reason()} is the same for programs.
 *
 * <pre>{@code
 * try (Activations activations = Activations.from(Path.of("x.safetensors")).openFor(sae)) {
 *     System.out.println(activations.layout().tokens() + " tokens");
 * } catch (DataException e) {
 *     switch (e.reason()) {
 *         case NO_SUCH_FILE, NO_SUCH_TENSOR, MISMATCH -> System.err.println(e.getMessage());
 *         default -> throw e;
 *     }
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class DataException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final transient @Nullable Sentence sentence;

    /**
     * Creates an exception.
     *
     * @param reason what went wrong
     * @param message a sentence
     */
    public DataException(Reason reason, String message) {
        super(message);
        this.reason = Objects.requireNonNull(reason, "reason");
        this.sentence = null;
    }

    /**
     * Creates an exception with the failure that led to it.
     *
     * @param reason what went wrong
     * @param message a sentence
     * @param cause what went wrong underneath
     */
    public DataException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
        this.sentence = null;
    }

    /**
     * Creates an exception whose sentence names settings.
     *
     * @param reason what went wrong
     * @param sentence what is wrong
     */
    public DataException(Reason reason, Sentence sentence) {
        super(sentence.toString());
        this.reason = Objects.requireNonNull(reason, "reason");
        this.sentence = sentence;
    }

    /** Returns what went wrong. */
    public Reason reason() {
        return reason;
    }

    /** Returns what is wrong; {@link #getMessage} has the same with Java's names of settings. */
    public Sentence sentence() {
        return sentence == null ? Sentence.of(String.valueOf(getMessage())) : sentence;
    }

    /**
     * Returns the exception for a file that the system refused or failed to serve.
     *
     * @param reason what went wrong; a file that is not there is {@link Reason#NO_SUCH_FILE} instead
     * @param path the file or folder
     * @param what what cannot be done with it, for example {@code "cannot be read"}
     * @param cause the system's answer
     */
    public static DataException of(Reason reason, Path path, String what, IOException cause) {
        return new DataException(
                cause instanceof NoSuchFileException ? Reason.NO_SUCH_FILE : reason,
                path + ": " + what + ": " + reason(cause) + ".",
                cause);
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

    /**
     * What can go wrong. Immutable, and so safe for use by several threads.
     *
     * <pre>{@code
     * try {
     *     OutputFile file = OutputFile.of(Path.of("features.npz"));
     * } catch (DataException e) {
     *     if (e.reason() != DataException.Reason.EXISTS) {
     *         throw e;
     *     }
     *     System.err.println("Nothing to do. " + e.getMessage());
     * }
     * }</pre>
     *
     * @since 0.1
     */
    public enum Reason {
        /** There is no such file, none in the folder or of the pattern, or one that another names is missing. */
        NO_SUCH_FILE,
        /** The path leads to something else than a file, or the system did not let it be read. */
        UNREADABLE,
        /** The file breaks a rule of its format: it is damaged, cut short, of another format, or contradicts itself. */
        MALFORMED,
        /** The file may be right, but is of a kind that is not read, or exceeds a bound. */
        UNSUPPORTED,
        /** The file was cut short, replaced or written to while it was read. */
        CHANGED,
        /** There is no array that is wanted, or several that could be. */
        NO_SUCH_TENSOR,
        /** The data are right in themselves, but do not fit the SAE, other files, or what is asked of them. */
        MISMATCH,
        /** There is NaN or infinity where it is not allowed. */
        NON_FINITE,
        /** What should be written is there already. */
        EXISTS,
        /** The system did not let the file be written, or no file of that name can be. */
        UNWRITABLE
    }
}
