package io.github.sae4j.safetensors;

import java.util.Objects;

/**
 * A file that breaks the safetensors format, a request that a file cannot serve, or a failure to read or write it. An
 * argument that is null ends in a {@link NullPointerException} instead, and what is asked of a closed file or writer in an
 * {@link IllegalStateException}.
 *
 * <p>The message is a sentence that names the file and what was expected and found; {@link #reason()} is the same for
 * programs.
 *
 * <pre>{@code
 * try (SafetensorsFile file = SafetensorsFile.open(Path.of("sae_weights.safetensors"))) {
 *     System.out.println(file.tensor("W_enc"));
 * } catch (SafetensorsException e) {
 *     switch (e.reason()) {
 *         case HEADER_TOO_SMALL, HEADER_BEYOND_END, FILE_LENGTH_MISMATCH ->
 *             throw new IOException("The file was not copied as a whole: copy it again. " + e.getMessage(), e);
 *         default -> throw e;
 *     }
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class SafetensorsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /**
     * Creates an exception.
     *
     * @param reason what went wrong
     * @param message a sentence that a user can act on
     */
    public SafetensorsException(Reason reason, String message) {
        super(message);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /**
     * Creates an exception with the failure that led to it.
     *
     * @param reason what went wrong
     * @param message a sentence that a user can act on
     * @param cause the failure underneath
     */
    public SafetensorsException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /** Returns what went wrong. */
    public Reason reason() {
        return reason;
    }

    /**
     * What can go wrong: one constant for each rule of the format, then those of use and of files. Immutable, and so safe for use by several threads.
     *
     * <pre>{@code
     * try (SafetensorsFile file = SafetensorsFile.open(Path.of("sae_weights.safetensors"))) {
     *     file.tensor("W_enc").read(0, bytes);
     * } catch (SafetensorsException e) {
     *     if (e.reason() != SafetensorsException.Reason.FILE_CHANGED) {
     *         throw e;
     *     }
     *     System.err.println("Somebody replaced the file: open it again. " + e.getMessage());
     * }
     * }</pre>
     *
     * @since 0.1
     */
    public enum Reason {
        /** The file is shorter than the 8 bytes that hold the header's length. */
        HEADER_TOO_SMALL,
        /** The header's length is above 100,000,000 bytes. */
        HEADER_TOO_LARGE,
        /** The header would end beyond the end of the file. */
        HEADER_BEYOND_END,
        /** The header's bytes are not UTF-8. */
        HEADER_NOT_UTF8,
        /** The header is not JSON, or strings in it are not Unicode text. */
        HEADER_NOT_JSON,
        /** The header is JSON, but not of the form that the format asks for: a field is missing or of another type. */
        HEADER_FORM,
        /** A name occurs twice in one object of the header. */
        DUPLICATE_NAME,
        /** A dtype is none of the labels that the format knows. */
        UNKNOWN_DTYPE,
        /** A tensor's bytes do not begin where the one before it ends, or end before they begin. */
        INVALID_OFFSETS,
        /** A shape or an offset is too large to count its bytes. */
        SIZE_OVERFLOW,
        /** A tensor of 4-bit or 6-bit elements does not fill whole bytes. */
        PARTIAL_BYTE,
        /** A tensor's offsets do not span the bytes that its dtype and shape need. */
        SIZE_MISMATCH,
        /** The file does not end where its last tensor ends. */
        FILE_LENGTH_MISMATCH,

        /** The index of a sharded model is not JSON of the expected form. */
        INVALID_INDEX,
        /** The index of a sharded model names a file outside its own folder. */
        UNSAFE_FILE_NAME,

        /** A tensor was asked for that is not there. */
        NO_SUCH_TENSOR,
        /** A window was asked for that does not lie inside the tensor. */
        OUT_OF_RANGE,
        /** More bytes were asked for in one buffer than a buffer can hold. */
        TOO_LARGE_FOR_A_BUFFER,

        /** A tensor to be written has a name or shape that the format does not allow. */
        INVALID_SPEC,
        /** More bytes were written to a tensor than it has. */
        TOO_MANY_BYTES,
        /** A file was to be committed although a tensor's bytes are not all written. */
        INCOMPLETE_TENSOR,

        /** There is no such file. */
        NO_SUCH_FILE,
        /** The path leads to something other than a regular file. */
        NOT_A_FILE,
        /** The file was replaced or cut short while it was open. */
        FILE_CHANGED,
        /** The reading or writing thread was interrupted. */
        INTERRUPTED,
        /** The operating system refused or failed to read or write. */
        IO
    }
}
