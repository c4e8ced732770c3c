package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The decoder as sparse decoding takes rows out of it.
 *
 * <p>A row of a decoder that lies transposed is spread over all of it, and gathering one costs some thirty times what
 * reading it in one piece does. So once a quarter as many rows have been gathered as there are, which took about as long
 * as it does, the decoder is copied row by row: a few tokens cost no memory, and many do not wait. Both ways read the
 * same numbers, so results do not change.
 */
final class DecoderRows {

    private static final Logger LOG = LoggerFactory.getLogger(DecoderRows.class);

    private final Script script;
    private final TorchMatrix stored;
    private final int dSae;
    private final int dOut;
    private final PtNDManager manager;
    private volatile TorchMatrix matrix;
    private long gathered;

    /**
     * Creates rows over a decoder.
     *
     * @param manager owns the copy, should there be one; ends with the decoder
     */
    DecoderRows(Script script, TorchMatrix stored, int dSae, int dOut, PtNDManager manager) {
        this.script = script;
        this.stored = stored;
        this.dSae = dSae;
        this.dOut = dOut;
        this.manager = manager;
        this.matrix = stored;
    }

    /**
     * Returns the matrix to take rows from.
     *
     * @param rows how many will be taken
     */
    TorchMatrix forRows(int rows) {
        return matrix.transposed() ? forRowsOfTransposed(rows) : matrix;
    }

    private synchronized TorchMatrix forRowsOfTransposed(int rows) {
        gathered += rows;
        if (matrix.transposed() && gathered > dSae / 4) {
            LOG.info(
                    "W_dec [{}, {}] is stored transposed; it is copied row by row now, as many features are decoded",
                    dSae,
                    dOut);
            try (Script.Call copy = script.call("row_by_row")) {
                PtNDArray whole = TorchWeights.keep(copy.with(stored.parts())
                        .with(dSae)
                        .with(dOut)
                        .with(TorchKernel.blockOf(dSae, manager.getDevice()))
                        .runToTensor(manager));
                matrix = new TorchMatrix(new PtNDArray[] {whole}, false, stored.widen());
            }
        }
        return matrix;
    }
}
