package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.SaeException;
import java.util.Arrays;

/** Active features in compressed sparse rows that grow chunk by chunk; it can be cleared and filled again. */
public final class FoundRows {

    /** The length of the longest array that a JVM makes. */
    public static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private static final int KEPT = 1 << 22;

    private int tokens;
    private int[] offsets = new int[64];
    private int[] indices = new int[1024];
    private float[] values = new float[1024];
    private int[] next = new int[64];

    /** Forgets all tokens, and the memory of what was unusually many. */
    public void clear() {
        tokens = 0;
        if (indices.length > KEPT) {
            indices = new int[1024];
            values = new float[1024];
        }
    }

    /**
     * Makes room for more tokens; their features are then {@linkplain #add added}, as many as said here.
     *
     * @param counts how many features each of them has
     * @param more how many tokens there are
     * @throws SaeException if there are more active features than an array can hold
     */
    public void extend(int[] counts, int more) {
        if (tokens + more + 1 > offsets.length) {
            int[] longer = Arrays.copyOf(offsets, Math.max(tokens + more + 1, offsets.length * 2));
            next = Arrays.copyOf(next, longer.length);
            offsets = longer;
        }
        long total = offsets[tokens];
        for (int token = 0; token < more; token++) {
            next[tokens + token] = (int) total;
            total += counts[token];
            if (total > LARGEST_ARRAY) {
                throw new SaeException(
                        SaeException.Reason.TOO_LARGE,
                        "More than " + LARGEST_ARRAY + " features are active in these activations, more"
                                + " than one result can hold: encode fewer tokens at a time.");
            }
            offsets[tokens + token + 1] = (int) total;
        }
        if (total > indices.length) {
            int size = (int) Math.min(Math.max(total, indices.length * 2L), LARGEST_ARRAY);
            int[] largerIndices = Arrays.copyOf(indices, size);
            values = Arrays.copyOf(values, size);
            indices = largerIndices;
        }
        tokens += more;
    }

    /**
     * Adds a feature.
     *
     * @param token the token's place among those of the last {@link #extend}
     * @param more how many tokens that had
     */
    public void add(int token, int more, int index, float value) {
        int at = next[tokens - more + token]++;
        indices[at] = index;
        values[at] = value;
    }

    /**
     * Adds tokens with the features that others have found; where that fails, nothing is added.
     *
     * @param from the first of their tokens
     * @param to the token after the last
     */
    void add(FoundRows others, int from, int to) {
        int[] counts = new int[to - from];
        for (int token = from; token < to; token++) {
            counts[token - from] = others.offset(token + 1) - others.offset(token);
        }
        extend(counts, counts.length);
        int begin = others.offset(from);
        int size = others.offset(to) - begin;
        int at = offsets[tokens] - size;
        System.arraycopy(others.indices, begin, indices, at, size);
        System.arraycopy(others.values, begin, values, at, size);
    }

    /** Returns how many tokens there are. */
    public int tokens() {
        return tokens;
    }

    /** Returns where a token's features begin; for the token after the last, where all end. */
    public int offset(int token) {
        return offsets[token];
    }

    /** Returns the feature at a position. */
    public int index(int at) {
        return indices[at];
    }

    /** Returns the value at a position. */
    public float value(int at) {
        return values[at];
    }

    /**
     * Lets in finite features.
     *
     * @param first the row of the first token
     * @throws NotFinite if one is not
     */
    void requireFinite(int first) {
        if (NotFinite.allFinite(values, 0, offsets[tokens])) {
            return;
        }
        int token = 0;
        for (int at = 0; at < offsets[tokens]; at++) {
            while (at >= offsets[token + 1]) {
                token++;
            }
            if (!Float.isFinite(values[at])) {
                throw NotFinite.feature(first + token, indices[at]);
            }
        }
    }

    /** Returns a copy of the rows. */
    public Rows rows() {
        int size = offsets[tokens];
        return new Rows(Arrays.copyOf(offsets, tokens + 1), Arrays.copyOf(indices, size), Arrays.copyOf(values, size));
    }
}
