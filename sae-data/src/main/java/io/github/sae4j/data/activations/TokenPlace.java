package io.github.sae4j.data.activations;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * Where a token is in the files that were read.
 *
 * <pre>{@code
 * TokenPlace place = reader.place(12_345);
 * if (!place.isFirst()) {
 *     System.out.println(place);                                    // x.safetensors, row 12, position 57
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class TokenPlace {

    private final String file;
    private final OptionalLong row;
    private final long position;

    private TokenPlace(String file, OptionalLong row, long position) {
        this.file = file;
        this.row = row;
        this.position = position;
    }

    /**
     * Returns where a token is of which it is not told where sequences begin, for whoever implements {@link ActivationReader}.
     *
     * @param file the file's name
     * @param position the token's number in the file
     */
    public static TokenPlace of(String file, long position) {
        return new TokenPlace(Objects.requireNonNull(file, "file"), OptionalLong.empty(), position);
    }

    /**
     * Returns where a token is in one of several sequences, for whoever implements {@link ActivationReader}.
     *
     * @param file the file's name
     * @param row the number of its sequence in that file
     * @param position the token's number in that sequence
     */
    public static TokenPlace of(String file, long row, long position) {
        return new TokenPlace(Objects.requireNonNull(file, "file"), OptionalLong.of(row), position);
    }

    /** Returns the file's name. */
    public String file() {
        return file;
    }

    /** Returns the number of its sequence in that file; empty if sequences of one length are not told. */
    public OptionalLong row() {
        return row;
    }

    /** Returns its number in that sequence, or in the file. */
    public long position() {
        return position;
    }

    /** Returns whether it is known to be the first of its sequence. */
    public boolean isFirst() {
        return row.isPresent() && position == 0;
    }

    @Override
    public String toString() {
        return file + (row.isPresent() ? ", row " + row.getAsLong() + ", position " + position : ", token " + position);
    }
}
