package io.github.sae4j.core;

import io.github.sae4j.core.internal.host.Rows;
import java.util.Arrays;

/** Rows of active features that are made of others; those are left as they are. */
final class RowEdits {

    private RowEdits() {}

    /** Returns rows with other values. */
    static Rows edited(Rows rows, SparseFeatures.Edit edit) {
        int tokens = rows.offsets().length - 1;
        RowsBuilder edited = new RowsBuilder(tokens, rows.indices().length);
        for (int token = 0; token < tokens; token++) {
            for (int at = rows.offsets()[token]; at < rows.offsets()[token + 1]; at++) {
                int feature = rows.indices()[at];
                edited.add(feature, edit.apply(token, feature, rows.values()[at]));
            }
            edited.endToken();
        }
        return edited.build();
    }

    /** Returns rows with a feature at a value in each of them. */
    static Rows clamped(Rows rows, int feature, float value) {
        int[] indices = rows.indices();
        float[] values = rows.values();
        int tokens = rows.offsets().length - 1;
        RowsBuilder clamped = new RowsBuilder(tokens, (long) indices.length + tokens);
        for (int token = 0; token < tokens; token++) {
            int at = rows.offsets()[token];
            int end = rows.offsets()[token + 1];
            for (; at < end && indices[at] < feature; at++) {
                clamped.add(indices[at], values[at]);
            }
            clamped.add(feature, value);
            for (int rest = at < end && indices[at] == feature ? at + 1 : at; rest < end; rest++) {
                clamped.add(indices[rest], values[rest]);
            }
            clamped.endToken();
        }
        return clamped.build();
    }

    /**
     * Returns the rows of one and then of the other.
     *
     * @throws SaeException if they have more features than an array holds
     */
    static Rows joined(Rows first, Rows next) {
        int before = first.indices().length;
        long total = (long) before + next.indices().length;
        if (total > Integer.MAX_VALUE - 8) {
            throw new SaeException(
                    SaeException.Reason.TOO_LARGE,
                    "More than " + total + " features are active in these activations, more than one"
                            + " result can hold: encode fewer tokens at a time.");
        }
        int tokens = first.offsets().length - 1;
        int[] offsets = Arrays.copyOf(first.offsets(), tokens + next.offsets().length);
        for (int token = 1; token < next.offsets().length; token++) {
            offsets[tokens + token] = before + next.offsets()[token];
        }
        int[] indices = Arrays.copyOf(first.indices(), (int) total);
        float[] values = Arrays.copyOf(first.values(), (int) total);
        System.arraycopy(next.indices(), 0, indices, before, next.indices().length);
        System.arraycopy(next.values(), 0, values, before, next.values().length);
        return new Rows(offsets, indices, values);
    }
}
