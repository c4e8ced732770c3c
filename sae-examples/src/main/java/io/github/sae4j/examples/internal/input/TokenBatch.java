package io.github.sae4j.examples.internal.input;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Consecutive tokens of an input: their activations, and what is known of each beside. */
public final class TokenBatch {

    private final float[][] rows;
    private final int[] ids;
    private final BitSet skipped = new BitSet();
    private boolean hasIds;
    private long first;
    private int count;

    private TokenBatch(int capacity, int dIn) {
        this.rows = new float[capacity][dIn];
        this.ids = new int[capacity];
    }

    /** Returns an empty batch with room for some tokens, to be filled again and again. */
    public static TokenBatch withCapacity(int tokens, int dIn) {
        return new TokenBatch(tokens, dIn);
    }

    /** Empties the batch before it is filled. */
    void start(long first) {
        this.first = first;
        count = 0;
        hasIds = false;
        skipped.clear();
    }

    /** Returns all rows that there is room for, {@code [capacity][d_in]}. */
    float[][] room() {
        return rows;
    }

    void filled(int tokens) {
        count = tokens;
    }

    /** Sets the vocabulary id of a token; to be done for all of a batch, or none. */
    void setId(int token, int id) {
        hasIds = true;
        ids[token] = id;
    }

    void skip(int token) {
        skipped.set(token);
    }

    /** Returns how many tokens of the input come before the first one of these. */
    public long first() {
        return first;
    }

    /** Returns how many tokens there are, with those that are skipped; 0 after the end of the input. */
    public int count() {
        return count;
    }

    /** Returns the activations, {@code [count][d_in]}, with those that are skipped. */
    public float[][] rows() {
        return count == rows.length ? rows : Arrays.copyOf(rows, count);
    }

    /** Returns the activations of the tokens that are not skipped, {@code [kept][d_in]}. */
    public float[][] keptRows() {
        if (skipped.isEmpty()) {
            return rows();
        }
        float[][] kept = new float[keptCount()][];
        int next = 0;
        for (int token = 0; token < count; token++) {
            if (!skipped.get(token)) {
                kept[next++] = rows[token];
            }
        }
        return kept;
    }

    /** Returns how many tokens are not skipped. */
    public int keptCount() {
        return count - skipped.cardinality();
    }

    /** Returns whether a token, counted within the batch, is one that the user wants no features of. */
    public boolean isSkipped(int token) {
        return skipped.get(token);
    }

    /** Returns each token's vocabulary id, {@code [count]}, or null if the input has none. */
    public int @Nullable [] ids() {
        return hasIds ? Arrays.copyOf(ids, count) : null;
    }
}
