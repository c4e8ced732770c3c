package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.SaeException;

/** Tells that a result holds NaN or infinity, and where; callers who work in parts add the rows before theirs. */
@SuppressWarnings("serial")
public final class NotFinite extends RuntimeException {

    private static final int INFINITY_BITS = Float.floatToIntBits(Float.POSITIVE_INFINITY);

    private enum Result {
        FEATURE,
        DECODED,
        NORM
    }

    private final Result result;
    private final long row;
    private final long column;

    private NotFinite(Result result, long row, long column) {
        super(null, null, false, false);
        this.result = result;
        this.row = row;
        this.column = column;
    }

    /** Returns what is thrown for a feature. */
    public static NotFinite feature(long row, long feature) {
        return new NotFinite(Result.FEATURE, row, feature);
    }

    /** Returns what is thrown for an element of what was decoded. */
    public static NotFinite decoded(long row, long column) {
        return new NotFinite(Result.DECODED, row, column);
    }

    /** Returns what is thrown for the scale or the shift that a token is normalised by. */
    public static NotFinite norm(long row) {
        return new NotFinite(Result.NORM, row, 0);
    }

    /** Returns the same for rows that begin behind others. */
    public NotFinite after(int rows) {
        return new NotFinite(result, row + rows, column);
    }

    /** Returns what a user is told. */
    public SaeException sentence() {
        String said = switch (result) {
            case FEATURE ->
                "Feature " + column + " of row " + row + " comes out as NaN or infinity: the activations are too"
                        + " large for this SAE, or its weights for float32.";
            case DECODED ->
                "Column " + column + " of row " + row + " comes out as NaN or infinity when decoded: the features"
                        + " are too large for this SAE, or its weights for float32.";
            case NORM ->
                "Row " + row + " cannot be normalised: its activations are so large that their mean or norm comes"
                        + " out as NaN or infinity.";
        };
        return new SaeException(
                SaeException.Reason.NOT_FINITE,
                said + " Values must be finite unless the SAE was opened to allow others.");
    }

    /** Returns whether all of some numbers are finite. Among numbers without their sign, those that are not have the largest bits. */
    public static boolean allFinite(float[] values, int from, int to) {
        int largest = 0;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, Float.floatToRawIntBits(values[i]) & Integer.MAX_VALUE);
        }
        return largest < INFINITY_BITS;
    }

    /**
     * Lets in finite features.
     *
     * @throws NotFinite if one is not
     */
    public static void requireFeatures(Rows rows) {
        float[] values = rows.values();
        if (allFinite(values, 0, values.length)) {
            return;
        }
        int token = 0;
        for (int at = 0; at < values.length; at++) {
            while (at >= rows.offsets()[token + 1]) {
                token++;
            }
            if (!Float.isFinite(values[at])) {
                throw feature(token, rows.indices()[at]);
            }
        }
    }

    /**
     * Lets in finite rows of what was decoded.
     *
     * @param first the row of the first
     * @param sums {@code [rows, width]}
     * @throws NotFinite if an element is not finite
     */
    static void requireDecoded(float[] sums, int rows, int width, int first) {
        if (allFinite(sums, 0, rows * width)) {
            return;
        }
        int at = 0;
        while (Float.isFinite(sums[at])) {
            at++;
        }
        throw decoded(first + at / width, at % width);
    }
}
