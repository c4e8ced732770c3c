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
 * @param file the file's name
 * @param row the number of its sequence in that file; empty if sequences of one length are not told
 * @param position its number in that sequence, or in the file
 * @since 0.1
 */
public record TokenPlace(String file, OptionalLong row, long position) {

    /** Checks that nothing is missing. */
    public TokenPlace {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(row, "row");
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
