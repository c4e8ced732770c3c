package io.github.sae4j.core;

import io.github.sae4j.core.internal.host.HostTransform;
import io.github.sae4j.core.internal.host.Tokens;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Tokens in Java's memory, as encoding takes them.
 *
 * @param tokens how many there are
 * @param dIn the width of each
 * @param source copies some of them
 */
record TokenRows(int tokens, int dIn, Tokens source) {

    /**
     * Takes rows of an array.
     *
     * @throws NullPointerException if a row is null
     * @throws SaeException if one is not of that width
     */
    static TokenRows of(float[][] rows, int dIn) {
        SaeException.requirePresent(rows, "activations");
        for (int row = 0; row < rows.length; row++) {
            // The name is spelled out only for the message: a call allocates nothing for each token but its features.
            if (rows[row] == null || rows[row].length != dIn) {
                String name = "activations[" + row + "]";
                requireWidth(SaeException.requirePresent(rows[row], name).length, name, dIn);
            }
        }
        return new TokenRows(rows.length, dIn, (from, to, x) -> {
            for (int row = from; row < to; row++) {
                System.arraycopy(rows[row], 0, x, (row - from) * dIn, dIn);
            }
        });
    }

    /**
     * Takes a part of an array that holds one row after the other.
     *
     * @throws SaeException if the array ends before them
     */
    static TokenRows of(float[] flat, int offset, int tokens, int dIn) {
        SaeException.requirePresent(flat, "activations");
        requireCount(tokens);
        long needed = (long) tokens * dIn;
        if (offset < 0 || offset > flat.length || needed > flat.length - offset) {
            throw new SaeException("activations has " + flat.length + " values, but " + tokens + " tokens of d_in = "
                    + dIn + " from " + offset + " take " + needed + ".");
        }
        return new TokenRows(
                tokens, dIn, (from, to, x) -> System.arraycopy(flat, offset + from * dIn, x, 0, (to - from) * dIn));
    }

    /**
     * Takes little-endian rows of a buffer from its position on, whatever byte order the buffer is set to.
     *
     * @throws SaeException if the buffer ends before them
     */
    static TokenRows of(ByteBuffer rows, WeightType type, int tokens, int dIn) {
        SaeException.requirePresent(rows, "activations");
        SaeException.requirePresent(type, "type");
        requireCount(tokens);
        long needed = (long) tokens * dIn * type.bytes();
        if (needed > rows.remaining()) {
            throw new SaeException("activations has " + rows.remaining() + " bytes from its position on, but " + tokens
                    + " tokens of d_in = " + dIn + " in " + type + " take " + needed + ".");
        }
        ByteBuffer bytes = rows.slice().order(ByteOrder.LITTLE_ENDIAN);
        return new TokenRows(tokens, dIn, (from, to, x) -> {
            int at = from * dIn * type.bytes();
            for (int i = 0; i < (to - from) * dIn; i++) {
                x[i] = type.get(bytes, at);
                at += type.bytes();
            }
        });
    }

    private static void requireCount(int tokens) {
        if (tokens < 0) {
            throw new SaeException("The number of tokens must be 0 or more, but is " + tokens + ".");
        }
    }

    static void requireWidth(int length, String name, int dIn) {
        if (length != dIn) {
            throw new SaeException(name + " has " + length + " values, but this SAE takes d_in = " + dIn + ".");
        }
    }

    /** Refuses NaN and infinity, for what encodes a part would count rows from the part's first. */
    void requireFinite() {
        float[] token = new float[dIn];
        for (int row = 0; row < tokens; row++) {
            source.copy(row, row + 1, token);
            for (int column = 0; column < dIn; column++) {
                if (!Float.isFinite(token[column])) {
                    throw HostTransform.notFinite(row, column);
                }
            }
        }
    }
}
