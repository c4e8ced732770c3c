package io.github.sae4j.core.internal.host;

import java.nio.FloatBuffer;

/** Writes active features into rows of zeros, each thread some of the tokens; one call at a time. */
final class DenseRows extends WorkerPool.Work {

    /** Numbers that are written together: they stay in the first cache, and only what is written takes bandwidth. */
    private static final int TOGETHER = 1 << 11;

    /** Numbers below which a call is not worth waking another thread for. */
    private static final long SMALL = 1 << 18;

    private final int dSae;
    private final Workers workers;
    private final FoundRows found;
    private final float[] zeros;

    private FloatBuffer target = FloatBuffer.allocate(0);

    /**
     * Creates it.
     *
     * @param found what is written
     */
    DenseRows(int dSae, FoundRows found, Workers workers) {
        this.dSae = dSae;
        this.workers = workers;
        this.found = found;
        this.zeros = new float[Math.min(dSae, TOGETHER)];
    }

    /**
     * Writes all tokens that were found.
     *
     * @param dense takes {@code [tokens, d_sae]} from position 0
     */
    void write(FloatBuffer dense) {
        target = dense;
        int tokens = found.tokens();
        workers.run(this, tokens, (long) tokens * dSae < SMALL ? 1 : workers.size());
        // The memory is the caller's, who may give it back long before the next call.
        target = FloatBuffer.allocate(0);
    }

    @Override
    protected void part(int slot, int token) {
        int row = token * dSae;
        for (int at = 0; at < dSae; at += zeros.length) {
            target.put(row + at, zeros, 0, Math.min(zeros.length, dSae - at));
        }
        for (int at = found.offset(token); at < found.offset(token + 1); at++) {
            target.put(row + found.index(at), found.value(at));
        }
    }
}
