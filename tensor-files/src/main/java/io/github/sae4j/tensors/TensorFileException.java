package io.github.sae4j.tensors;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file of tensors that cannot be read, or a request that it cannot serve. An argument that is null ends in a
 * {@link NullPointerException} instead, and what is asked of a closed file in an {@link IllegalStateException}.
 *
 * <p>The message is a sentence that begins with the file and says what was expected and found; {@link #reason()} is the
 * same for programs.
 *
 * <pre>{@code
 * try (TensorFile file = TensorFile.open(Path.of("ae.pt"))) {
 *     float[] bias = file.tensor("encoder.bias").toFloats();
 * } catch (TensorFileException e) {
 *     boolean damaged = switch (e.reason()) {
 *         case MALFORMED, CHANGED -> true;
 *         default -> false;
 *     };
 *     System.err.println(damaged ? e.getMessage() + " Download it again." : e.getMessage());
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class TensorFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /**
     * Creates an exception.
     *
     * @param reason what went wrong
     * @param message a sentence that a user can act on
     */
    public TensorFileException(Reason reason, String message) {
        this(reason, message, null);
    }

    /**
     * Creates an exception with the failure that led to it.
     *
     * @param reason what went wrong
     * @param message a sentence that a user can act on
     * @param cause the failure underneath
     */
    public TensorFileException(Reason reason, String message, @Nullable Throwable cause) {
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
     * Optional<float[]> sparsity = Optional.empty();               // of an SAE that may have been published without
     * try (TensorFile file = TensorFile.open(Path.of("sparsity.npy"))) {
     *     sparsity = Optional.of(file.single().orElseThrow().toFloats());
     * } catch (TensorFileException e) {
     *     if (e.reason() != TensorFileException.Reason.NO_SUCH_FILE) {
     *         throw e;
     *     }
     * }
     * }</pre>
     *
     * @since 0.1
     */
    public enum Reason {
        /** There is no such file, or one that an index names is missing. */
        NO_SUCH_FILE,
        /** The path leads to something else than a regular file, or the system did not let it be read. */
        UNREADABLE,
        /** The thread was interrupted while it read. */
        INTERRUPTED,
        /** The file was cut short or replaced while it was open. */
        CHANGED,
        /** The file is of another format than was expected, or of none that is known. */
        WRONG_FORMAT,
        /** The file breaks a rule of its format: it is damaged, cut short, or contradicts itself. */
        MALFORMED,
        /** The file may be right, but holds what is not read: other types, encryption, sizes beyond a bound. */
        UNSUPPORTED,
        /** There is no tensor of that name, or what has the name is none that can be used. */
        NO_SUCH_TENSOR,
        /** A tensor's elements are of a type that the request has no use for. */
        WRONG_TYPE,
        /** There is not enough memory outside the heap for a copy that is needed. */
        OUT_OF_MEMORY
    }
}
