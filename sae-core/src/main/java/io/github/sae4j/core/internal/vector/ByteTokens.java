package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.FLOATS;
import static io.github.sae4j.core.internal.vector.Memory.LANES;

import io.github.sae4j.core.internal.host.PreparedEncoder;
import io.github.sae4j.core.internal.host.WorkerPool;
import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Tokens in 8 bits, {@code x ≈ scale * q}, and how far that is off. */
final class ByteTokens extends WorkerPool.Work {

    /** Added to a number that is much smaller and taken away again, leaves of it the nearest whole one. */
    private static final float WHOLE_NUMBERS = 0x1.8p23f;

    private final int dIn;
    private final int stride;
    private final float[] scale;
    private final float[] error;
    private final ByteBuffer bytes;
    private float[] x = new float[0];
    private int first;

    /**
     * Creates them.
     *
     * @param memory takes {@code [tokens, stride]} numbers
     * @param tokens how many there is room for
     */
    ByteTokens(ByteBuffer memory, int tokens, int dIn, int stride) {
        this.dIn = dIn;
        this.stride = stride;
        this.scale = new float[tokens];
        this.error = new float[tokens];
        this.bytes = memory;
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
        float step = largest(at) / PreparedEncoder.LARGEST;
        if (!(step >= Float.MIN_NORMAL && step < Float.POSITIVE_INFINITY)) {
            step = 0;
        }
        float perStep = step == 0 ? 0 : 1 / step;
        double errors = 0;
        for (int k = 0; k < dIn; k++) {
            float q = x[at + k] * perStep + WHOLE_NUMBERS - WHOLE_NUMBERS;
            bytes.put(token * stride + k, (byte) q);
            double off = x[at + k] - (double) step * q;
            errors += off * off;
        }
        scale[token] = step;
        error[token] = PreparedEncoder.rootUp(errors);
    }

    /** Returns the largest magnitude of a token's numbers, or not a number if one of them is none. */
    private float largest(int at) {
        FloatVector most = FloatVector.zero(FLOATS);
        int k = 0;
        for (; k + LANES <= dIn; k += LANES) {
            most = most.max(FloatVector.fromArray(FLOATS, x, at + k).abs());
        }
        float largest = most.reduceLanes(VectorOperators.MAX);
        for (; k < dIn; k++) {
            largest = Math.max(largest, Math.abs(x[at + k]));
        }
        return largest;
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
