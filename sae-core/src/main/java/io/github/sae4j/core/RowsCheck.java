package io.github.sae4j.core;

import io.github.sae4j.core.internal.host.Rows;
import java.util.Arrays;

/** Checks compressed sparse rows that a kernel has not made. */
final class RowsCheck {

    private final int dSae;
    private final Rows rows;

    private RowsCheck(int dSae, Rows rows) {
        this.dSae = dSae;
        this.rows = rows;
    }

    /**
     * Checks rows.
     *
     * @throws SaeException if they break what {@link SparseFeatures#of} says of them
     */
    static void of(int dSae, long[] leadingShape, Rows rows, InverseTransform inverseTransform) {
        if (dSae < 1) {
            throw new SaeException("d_sae must be at least 1, but is " + dSae + ".");
        }
        int tokens = tokens(leadingShape);
        RowsCheck check = new RowsCheck(dSae, rows);
        check.lengths(leadingShape, tokens);
        for (int token = 0; token < tokens; token++) {
            check.token(token);
        }
        if (inverseTransform.tokens() >= 0 && inverseTransform.tokens() != tokens) {
            throw new SaeException("The inverse transform is for " + inverseTransform.tokens()
                    + " tokens, but there are " + tokens + ".");
        }
    }

    private static int tokens(long[] leadingShape) {
        long tokens = 1;
        for (long axis : leadingShape) {
            if (axis < 0 || axis > Integer.MAX_VALUE || tokens * axis > Integer.MAX_VALUE - 1) {
                throw new SaeException("The leading shape " + Arrays.toString(leadingShape)
                        + " must have axes of at least 0 and at most 2147483646 tokens.");
            }
            tokens *= axis;
        }
        return (int) tokens;
    }

    private void lengths(long[] leadingShape, int tokens) {
        int[] offsets = rows.offsets();
        int count = rows.indices().length;
        if (offsets.length != tokens + 1) {
            throw new SaeException("The leading shape " + Arrays.toString(leadingShape) + " has " + tokens
                    + " tokens, which take " + (tokens + 1) + " row offsets, but there are " + offsets.length + ".");
        }
        if (count != rows.values().length) {
            throw new SaeException("There are " + count + " feature indices, but " + rows.values().length + " values.");
        }
        if (offsets[0] != 0 || offsets[tokens] != count) {
            throw new SaeException("Row offsets must go from 0 to the number of active features, " + count
                    + ", but go from " + offsets[0] + " to " + offsets[tokens] + ".");
        }
    }

    private void token(int token) {
        int[] offsets = rows.offsets();
        int[] indices = rows.indices();
        int end = offsets[token + 1];
        if (end < offsets[token] || end > indices.length) {
            throw new SaeException("Row offset " + (token + 1) + " must be from " + offsets[token] + " to "
                    + indices.length + ", but is " + end + ".");
        }
        int previous = -1;
        for (int at = offsets[token]; at < end; at++) {
            if (indices[at] <= previous || indices[at] >= dSae) {
                throw new SaeException("Feature indices of token " + token + " must ascend and stay below d_sae = "
                        + dSae + ", but " + indices[at] + " follows " + previous + ".");
            }
            previous = indices[at];
        }
    }
}
