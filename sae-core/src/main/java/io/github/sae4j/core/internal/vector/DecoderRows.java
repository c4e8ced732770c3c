package io.github.sae4j.core.internal.vector;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.internal.host.Pool;
import io.github.sae4j.core.internal.host.RowByRow;
import io.github.sae4j.core.internal.host.Workers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The decoder as decoding takes rows out of it.
 *
 * <p>A row of a decoder that lies transposed is spread over all of it, and gathering one costs some thirty times what
 * reading it in one piece does. So once a quarter as many rows have been gathered as there are, which took about as long
 * as it does, the decoder is copied row by row: a few tokens cost no memory, and many do not wait. Both ways add up the
 * same numbers in the same order, so results do not change.
 */
final class DecoderRows {

    private static final Logger LOG = LoggerFactory.getLogger(DecoderRows.class);

    private final WeightMatrix stored;
    private final Workers workers;
    private volatile Pool<DecodeWork> works;
    private boolean gathers;
    private long gathered;

    DecoderRows(WeightMatrix stored, Workers workers) {
        this.stored = stored;
        this.workers = workers;
        this.works = new Pool<>(() -> new DecodeWork(stored, workers));
        this.gathers = stored.isTransposed();
    }

    /**
     * Returns what decodes.
     *
     * @param rows how many will be taken
     */
    Pool<DecodeWork> forRows(int rows) {
        if (stored.isTransposed()) {
            count(rows);
        }
        return works;
    }

    private synchronized void count(int rows) {
        gathered += rows;
        if (gathers && gathered > stored.rows() / 4) {
            copy();
            gathers = false;
        }
    }

    private void copy() {
        LOG.info(
                "W_dec [{}, {}] is stored transposed; it is copied row by row now, as many features are decoded",
                stored.rows(),
                stored.columns());
        try {
            WeightMatrix copy = RowByRow.of(stored, workers);
            works = new Pool<>(() -> new DecodeWork(copy, workers));
        } catch (OutOfMemoryError e) {
            LOG.warn("There is no memory for the copy of W_dec ({}), so decoding stays slow", e.getMessage());
        }
    }
}
