package io.github.sae4j.core.internal.vector;

import io.github.sae4j.core.internal.host.PreparedEncoder;
import io.github.sae4j.core.internal.host.WorkerPool;
import java.nio.ByteBuffer;

/** Tokens in 8 bits, {@code x ≈ scale * q}, and how far that is off. */
final class ByteTokens extends WorkerPool.Work {

    private final int dIn;
    private final int stride;
    private final float[] scale;
    private final float[] error;
    private final ByteBuffer bytes;
    private float[] x = new float[0];
    private int first;

    /**
     * Makes room.
     *
     * @param tokens for how many
     */
    ByteTokens(int tokens, int dIn, int stride) {
        this.dIn = dIn;
        this.stride = stride;
        this.scale = new float[tokens];
        this.error = new float[tokens];
        this.bytes = ByteBuffer.allocateDirect(tokens * stride + PreparedEncoder.WHOLE)
                .alignedSlice(PreparedEncoder.WHOLE);
    }

    /** Returns how many tokens there is room for. */
    int room() {
        return scale.length;
    }

    /** Says which tokens the parts of this work are. */
    void of(float[] activations, int firstToken) {
        x = activations;
        first = firstToken;
    }

    @Override
    protected void part(int slot, int token) {
        int at = (first + token) * dIn;
        float largest = 0;
        for (int k = 0; k < dIn; k++) {
            largest = Math.max(largest, Math.abs(x[at + k]));
        }
        float step = largest / PreparedEncoder.LARGEST;
        if (!(step >= Float.MIN_NORMAL && step < Float.POSITIVE_INFINITY)) {
            step = 0;
        }
        byte[] row = new byte[stride];
        double errors = 0;
        for (int k = 0; k < dIn; k++) {
            int q = step == 0 ? 0 : Math.round(x[at + k] / step);
            q = Math.max(-PreparedEncoder.LARGEST, Math.min(PreparedEncoder.LARGEST, q));
            row[k] = (byte) q;
            double off = x[at + k] - (double) step * q;
            errors += off * off;
        }
        bytes.put(token * stride, row);
        scale[token] = step;
        error[token] = PreparedEncoder.rootUp(errors);
    }

    /** Returns the numbers, {@code [tokens, stride]} from position 0. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** Returns what a token's numbers are multiplied by; 0 if they are all 0. */
    float scale(int token) {
        return scale[token];
    }

    /** Returns a number that the distance of a token to that in 8 bits does not exceed. */
    float error(int token) {
        return error[token];
    }
}
