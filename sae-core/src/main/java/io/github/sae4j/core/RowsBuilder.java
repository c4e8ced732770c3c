package io.github.sae4j.core;

import io.github.sae4j.core.internal.host.FoundRows;
import io.github.sae4j.core.internal.host.Rows;
import java.util.Arrays;

/** Puts compressed sparse rows together, token after token. */
final class RowsBuilder {

    private static final int MOST = FoundRows.LARGEST_ARRAY;

    private final int[] offsets;
    private int[] indices;
    private float[] values;
    private int tokens;
    private int count;

    /**
     * Begins.
     *
     * @param tokens how many there will be
     * @param room how many active features there may be before the arrays grow, or more than an array holds
     */
    RowsBuilder(int tokens, long room) {
        int first = (int) Math.min(room, MOST);
        this.offsets = new int[tokens + 1];
        this.indices = new int[first];
        this.values = new float[first];
    }

    /**
     * Adds a feature to the present token, unless its value is 0; indices ascend within a token.
     *
     * @throws SaeException if there are more features than an array holds
     */
    void add(int feature, float value) {
        if (value == 0) {
            return;
        }
        if (count == indices.length) {
            int room = roomAfter(count);
            indices = Arrays.copyOf(indices, room);
            values = Arrays.copyOf(values, room);
        }
        indices[count] = feature;
        values[count] = value;
        count++;
    }

    /** Returns the length of the arrays that take the place of full ones. */
    static int roomAfter(int count) {
        if (count >= MOST) {
            throw new SaeException(
                    SaeException.Reason.TOO_LARGE,
                    "The result would have more than " + MOST
                            + " active features, more than one result can hold: take fewer tokens at a time.");
        }
        return (int) Math.min(count + Math.max(16L, count >> 1), MOST);
    }

    /** Ends the present token. */
    void endToken() {
        tokens++;
        offsets[tokens] = count;
    }

    Rows build() {
        return new Rows(offsets, Arrays.copyOf(indices, count), Arrays.copyOf(values, count));
    }
}
