package io.github.sae4j.data.activations;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;

/**
 * Consecutive tokens of an input: their activations, their ids if they are needed, and which of them are skipped. A reader
 * fills a batch again and again. Not for use by several threads at once.
 *
 * <pre>{@code
 * TokenBatch batch = TokenBatch.of(activations);
 * sink.write(batch, sae.encode(batch.rows()));
 * }</pre>
 *
 * @since 0.1
 */
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

    /** Empties the batch before a reader fills it. */
    public void clear() {
        count = 0;
        skipped.clear();
    }

    /** Returns all rows that there is room for, {@code [capacity][d_in]}, for a reader to fill. */
    public float[][] room() {
        return rows;
    }

    /**
     * Says how many rows a reader has filled.
     *
     * @throws IllegalArgumentException if there is no room for so many, or one that is marked as skipped is not among them
     */
    public void filled(int tokens) {
        if (tokens < skipped.length() || tokens > rows.length) {
            throw new IllegalArgumentException("A batch with room for " + rows.length + " tokens, of which number "
                    + (skipped.length() - 1) + " is skipped, cannot have " + tokens + ".");
        }
        count = tokens;
    }

    /**
     * Sets the id of a token.
     *
     * @throws IndexOutOfBoundsException if there is no room for it
     */
    public void identify(int token, long id) {
        ids[Objects.checkIndex(token, ids.length)] = id;
    }

    /**
     * Marks a token as skipped.
     *
     * @throws IndexOutOfBoundsException if it is not among those that were filled, or if none were yet, there is no room for it
     */
    public void skip(int token) {
        skipped.set(Objects.checkIndex(token, count == 0 ? rows.length : count));
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

    /** Returns whether a token, counted within the batch, is one that is left out and has no features. */
    public boolean isSkipped(int token) {
        return skipped.get(token);
    }

    /** Returns the ids of all tokens, {@code [count]}, if the reader {@linkplain ActivationReader#hasIds() has them}, otherwise 0. */
    public long[] ids() {
        return Arrays.copyOf(ids, count);
    }

    /** Returns a token's id, if the reader {@linkplain ActivationReader#hasIds() has them}, otherwise 0. */
    public long id(int token) {
        return ids[token];
    }
}
