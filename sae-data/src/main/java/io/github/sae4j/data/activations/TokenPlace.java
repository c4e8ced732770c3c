package io.github.sae4j.data.activations;

import org.jspecify.annotations.Nullable;

/**
 * Where a token is in the files that were read.
 *
 * @param file the file's name
 * @param row the number of its sequence in that file, or null if sequences of one length are not told
 * @param position its number in that sequence, or in the file
 * @since 0.1
 */
public record TokenPlace(String file, @Nullable Long row, long position) {

    /** Returns whether it is known to be the first of its sequence. */
    public boolean isFirst() {
        return row != null && position == 0;
    }

    @Override
    public String toString() {
        return file + (row == null ? ", token " + position : ", row " + row + ", position " + position);
    }
}
