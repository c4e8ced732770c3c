package io.github.sae4j.spark.internal.rows;

import io.github.sae4j.core.SaeException;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The rows of a batch: which of them can be used, what is wrong with the others, and where they are. */
final class Batch {

    /** What is wrong with a row that is null. */
    static final String IS_NULL = "is null";

    private final ErrorPolicy errors;
    private final int[] tokens;
    private final @Nullable String[] wrong;
    private final RowPlace[] places;
    private int taken;
    private int usable;

    Batch(ErrorPolicy errors, int size) {
        this.errors = errors;
        this.tokens = new int[size];
        this.wrong = new @Nullable String[size];
        this.places = new RowPlace[size];
    }

    void clear() {
        taken = 0;
        usable = 0;
    }

    boolean isFull() {
        return taken == tokens.length;
    }

    /** Returns how many rows can be used: the number of the next token. */
    int usable() {
        return usable;
    }

    /**
     * Takes a row.
     *
     * @param complaint what is wrong with it, null if nothing is
     * @throws SaeException if something is, and nothing is set aside
     */
    void take(RowPlace place, @Nullable String complaint) {
        boolean isFine = complaint == null || (complaint.equals(IS_NULL) && errors.nullForNull());
        if (!isFine && !errors.setsAside()) {
            throw new SaeException(place.ofRowBeingRead() + ": it " + complaint + ".");
        }
        wrong[taken] = isFine ? null : complaint;
        places[taken] = place;
        tokens[taken] = complaint == null ? usable++ : -1;
        taken++;
    }

    /** Returns the token of a row, or -1 if the row cannot be used. */
    int token(int row) {
        return tokens[row];
    }

    /** Returns what is wrong with a row, null if nothing is. */
    @Nullable
    String wrong(int row) {
        return wrong[row];
    }

    /**
     * Finds the tokens of which only their computation shows that they cannot be used, because it leaves the range of float32,
     * and sets them aside.
     *
     * @param failure what was thrown when all tokens were computed at once
     * @param alone computes one token
     * @param blank makes a token one that can be computed, for those that are set aside
     * @throws SaeException if nothing is set aside, or it was something else that failed
     */
    void rejectThoseThatFail(SaeException failure, IntConsumer alone, IntConsumer blank) {
        if (failure.reason() != SaeException.Reason.NOT_FINITE) {
            throw failure;
        }
        int rejected = 0;
        for (int token = 0; token < usable; token++) {
            try {
                alone.accept(token);
            } catch (SaeException e) {
                if (e.reason() != SaeException.Reason.NOT_FINITE) {
                    throw e;
                }
                reject(token, e);
                blank.accept(token);
                rejected++;
            }
        }
        if (rejected == 0) {
            throw failure;
        }
    }

    private void reject(int token, SaeException failure) {
        int row = rowOf(token);
        if (!errors.setsAside()) {
            throw new SaeException(failure.reason(), places[row] + ": " + failure.getMessage(), failure);
        }
        wrong[row] = failure.getMessage();
        tokens[row] = -1;
    }

    private int rowOf(int token) {
        int row = 0;
        while (tokens[row] != token) {
            row++;
        }
        return row;
    }
}
