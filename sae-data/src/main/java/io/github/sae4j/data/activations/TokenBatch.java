package io.github.sae4j.data.activations;

import java.util.Arrays;
import java.util.BitSet;

/** Consecutive tokens of an input: their activations, their ids if they are needed, and which of them are skipped. */
public final class TokenBatch {

    private final float[][] rows;
    private final long[] ids;
    private final BitSet skipped = new BitSet();
    private int count;

    private TokenBatch(float[][] rows, int count) {
        this.rows = rows;
        this.ids = new long[rows.length];
        this.count = count;
    }

    /** Returns an empty batch with room for some tokens, to be filled again and again. */
    public static TokenBatch withCapacity(int tokens, int dIn) {
        return new TokenBatch(new float[tokens][dIn], 0);
    }

    /** Returns a batch of these tokens, {@code [tokens][d_in]}, none of them skipped. */
    public static TokenBatch of(float[][] rows) {
        return new TokenBatch(rows.clone(), rows.length);
    }

    /** Empties the batch before it is filled. */
    void start() {
        count = 0;
        skipped.clear();
    }

    /** Returns all rows that there is room for, {@code [capacity][d_in]}. */
    float[][] room() {
        return rows;
    }

    void filled(int tokens) {
        count = tokens;
    }

    void identify(int token, long id) {
        ids[token] = id;
    }

    void skip(int token) {
        skipped.set(token);
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

    /** Returns the ids of all tokens, {@code [count]}, where the activations were opened for whom ids are wanted. */
    public long[] ids() {
        return Arrays.copyOf(ids, count);
    }

    /** Returns a token's id, where the activations were opened for whom ids are wanted. */
    public long id(int token) {
        return ids[token];
    }
}
