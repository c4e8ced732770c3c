package io.github.sae4j.data.activations;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import java.util.List;

/**
 * The refusal of a file for activations that are not finite: where the first is, and whether all are where BOS is, whose
 * activations can overflow 16 bits.
 *
 * @param file the file
 * @param token the number of the first token in it that has such values
 */
record NonFinite(ActivationFile file, long token) {

    /** How many tokens are looked at to see whether all such values are in first tokens. */
    private static final int MOST = 1 << 16;

    private static final int BATCH = 64;

    static boolean isIn(float[] row) {
        for (float value : row) {
            if (!Float.isFinite(value)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns the refusal.
     *
     * @param batch what was read
     * @param at the token's row
     * @param to the row after the last
     */
    DataException refusal(float[][] batch, int at, int to) {
        float[] row = batch[at];
        int column = 0;
        while (Float.isFinite(row[column])) {
            column++;
        }
        String found = file.label() + " has " + row[column] + file.narrowed() + " at " + file.place(token) + ", column "
                + column + "; ";
        return new DataException(
                Reason.NON_FINITE,
                isFirst(token) && onlyFirst(batch, at + 1, to)
                        ? Sentence.of(found, "only first tokens have such values, which ", leavingOut(), " leaves out.")
                        : Sentence.of(found, Setting.ALLOW_NON_FINITE.named(), " lets such values through."));
    }

    private List<Setting.Value> leavingOut() {
        return file.tellsSequences()
                ? List.of(Setting.SKIP_FIRST.of(1))
                : List.of(Setting.SKIP_FIRST.of(1), Setting.FILE_IS_SEQUENCE.named());
    }

    private long sequence() {
        return file.layout().hasSequences()
                ? file.layout().sequence()
                : file.layout().tokens();
    }

    private boolean isFirst(long ofFile) {
        return file.canSkipFirst() && sequence() > 1 && ofFile % sequence() == 0;
    }

    private boolean onlyFirst(float[][] batch, int from, int to) {
        long next = token + 1;
        for (int i = from; i < to; i++) {
            if (!isFirst(next++) && isIn(batch[i])) {
                return false;
            }
        }
        float[][] rows = new float[BATCH][batch[0].length];
        long end = Math.min(file.layout().tokens(), token + MOST);
        while (next < end) {
            int count = (int) Math.min(BATCH, end - next);
            file.read(next, rows, 0, count);
            for (int i = 0; i < count; i++) {
                if (!isFirst(next++) && isIn(rows[i])) {
                    return false;
                }
            }
        }
        return true;
    }
}
