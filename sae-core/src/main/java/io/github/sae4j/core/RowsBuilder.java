package io.github.sae4j.core;

import io.github.sae4j.core.internal.host.Rows;
import java.util.Arrays;

/** Puts compressed sparse rows together, token after token. */
final class RowsBuilder {

    private final int[] offsets;
    private int[] indices;
    private float[] values;
    private int tokens;
    private int count;

    /**
     * Begins.
     *
     * @param tokens how many there will be
     * @param room how many active features there may be before the arrays grow
     */
    RowsBuilder(int tokens, int room) {
        this.offsets = new int[tokens + 1];
        this.indices = new int[room];
        this.values = new float[room];
    }

    /** Adds a feature to the present token, unless its value is 0; indices ascend within a token. */
    void add(int feature, float value) {
        if (value == 0) {
            return;
        }
        if (count == indices.length) {
            int room = count + Math.max(16, count >> 1);
            indices = Arrays.copyOf(indices, room);
            values = Arrays.copyOf(values, room);
        }
        indices[count] = feature;
        values[count] = value;
        count++;
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
