package io.github.sae4j.core.internal.torch;

import java.util.Arrays;

/**
 * How the active features of a batch are taken through the decoder: piece by piece, so that the decoder rows of a piece
 * fit into a small buffer.
 *
 * <p>A piece holds whole tokens, or a part of one token that has more features than fit. Where a token is cut depends on
 * that token alone, so its sum is the same whatever tokens surround it.
 */
final class DecodePieces {

    private final int rows;
    private long[] flat = new long[64];
    private int size;
    private int largest;

    private DecodePieces(int rows) {
        this.rows = rows;
    }

    /**
     * Returns the pieces of a batch.
     *
     * @param offsets where each token's features begin, {@code [tokens + 1]}
     * @param rows how many features a piece may have, at least 1
     */
    static DecodePieces of(int[] offsets, int rows) {
        DecodePieces pieces = new DecodePieces(rows);
        int tokens = offsets.length - 1;
        int token = 0;
        while (token < tokens) {
            int end = token;
            while (end < tokens && offsets[end + 1] - offsets[token] <= rows) {
                end++;
            }
            if (end > token) {
                pieces.add(token, end - token, offsets[token], offsets[end] - offsets[token]);
                token = end;
            } else {
                pieces.split(token, offsets[token], offsets[token + 1]);
                token++;
            }
        }
        return pieces;
    }

    private void split(int token, int begin, int end) {
        int first = begin;
        while (first < end) {
            int count = Math.min(rows, end - first);
            add(token, 1, first, count);
            first += count;
        }
    }

    private void add(int token, int tokens, int first, int count) {
        if (count == 0) {
            return;
        }
        if (size == flat.length) {
            flat = Arrays.copyOf(flat, size * 2);
        }
        flat[size++] = token;
        flat[size++] = tokens;
        flat[size++] = first;
        flat[size++] = count;
        largest = Math.max(largest, count);
    }

    /** Returns first token, tokens, first feature and features of each piece, one after the other. */
    long[] flat() {
        return Arrays.copyOf(flat, size);
    }

    /** Returns how many features the largest piece has. */
    int largest() {
        return largest;
    }
}
