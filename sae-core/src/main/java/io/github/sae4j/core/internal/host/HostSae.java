package io.github.sae4j.core.internal.host;

import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An SAE in host memory: transforms tokens, gives them to a kernel chunk by chunk, and finishes what it decodes. Safe to
 * use from many threads.
 */
public final class HostSae {

    /** A dense result has all its zeros; so many tokens of it together keep what is found on the way small. */
    private static final int DENSE_TOKENS = 256;

    private static final int DECODED_TOKENS = 256;

    /** Numbers at a time at most: arrays, and the buffers of a dense result, end at 2 GiB. */
    private static final int VALUES = 1 << 28;

    private final HostKernel kernel;
    private final HostTransform transform;
    private final float[] decoderBias;
    private final float @Nullable [] outputGain;
    private final float @Nullable [] outputOffset;
    private final float[] divisors;
    private final int dSae;
    private final Pool<Buffers> buffers = new Pool<>(Buffers::new);

    private static final class Buffers {

        private float[] x = new float[0];
        private final FoundRows found = new FoundRows();
        private float[] scaled = new float[0];
        private float[] zeros = new float[0];
    }

    /** Where tokens come from. */
    @FunctionalInterface
    public interface Tokens {

        /** Copies tokens {@code from} to {@code to - 1} to the beginning of an array. */
        void copy(int from, int to, float[] x);
    }

    /** Where results for some tokens go. */
    @FunctionalInterface
    public interface Target {

        /** Returns the memory for tokens {@code from} to {@code to - 1}, from position 0. */
        FloatBuffer of(int from, int to);
    }

    /**
     * What encoding gives.
     *
     * @param rows the active features, or null if they went to a dense target
     * @param scale each token's scale, or null if there is none
     * @param shift each token's shift, or null if there is none
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Result(@Nullable Rows rows, float @Nullable [] scale, float @Nullable [] shift) {}

    /**
     * Creates an SAE.
     *
     * @param decoderBias {@code b_dec}, {@code [d_out]}
     * @param outputGain what decoded elements are multiplied by after all else, {@code [d_out]}, or null if by nothing
     * @param outputOffset what is then added, {@code [d_out]}, or null with {@code outputGain}
     * @param divisors what features are divided by before they are decoded, {@code [d_sae]}, or no elements
     */
    public HostSae(
            HostKernel kernel,
            HostTransform transform,
            float[] decoderBias,
            float @Nullable [] outputGain,
            float @Nullable [] outputOffset,
            float[] divisors,
            int dSae) {
        this.kernel = kernel;
        this.transform = transform;
        this.decoderBias = decoderBias;
        this.outputGain = outputGain;
        this.outputOffset = outputOffset;
        this.divisors = divisors;
        this.dSae = dSae;
    }

    /** Returns the kernel. */
    public HostKernel kernel() {
        return kernel;
    }

    /**
     * Encodes tokens to their active features.
     *
     * @param count at least 1
     */
    public Result encode(Tokens tokens, int count) {
        Buffers call = buffers.take();
        float[] scale = transform.hasScale() ? new float[count] : null;
        float[] shift = transform.hasShift() ? new float[count] : null;
        int step = tokensAtOnce();
        for (int from = 0; from < count; from += step) {
            int to = Math.min(count, from + step);
            kernel.encode(take(call, tokens, from, to, scale, shift), to - from, call.found);
        }
        Rows rows = call.found.rows();
        giveBack(call);
        return new Result(rows, scale, shift);
    }

    /**
     * Encodes tokens to all features.
     *
     * @param count at least 1
     * @param dense takes {@code [tokens, d_sae]}
     */
    public Result encodeDense(Tokens tokens, int count, Target dense) {
        Buffers call = buffers.take();
        float[] scale = transform.hasScale() ? new float[count] : null;
        float[] shift = transform.hasShift() ? new float[count] : null;
        if (call.zeros.length == 0) {
            call.zeros = new float[dSae];
        }
        int step = Math.max(1, Math.min(Math.min(tokensAtOnce(), DENSE_TOKENS), VALUES / dSae));
        for (int from = 0; from < count; from += step) {
            int to = Math.min(count, from + step);
            call.found.clear();
            kernel.encode(take(call, tokens, from, to, scale, shift), to - from, call.found);
            if (transform.checksFinite()) {
                call.found.requireFinite(from);
            }
            FloatBuffer target = dense.of(from, to);
            for (int token = 0; token < to - from; token++) {
                int row = token * dSae;
                target.put(row, call.zeros);
                for (int at = call.found.offset(token); at < call.found.offset(token + 1); at++) {
                    target.put(row + call.found.index(at), call.found.value(at));
                }
            }
        }
        giveBack(call);
        return new Result(null, scale, shift);
    }

    /** What was found is forgotten at once, for it may be gigabytes, and nobody knows when the next call comes. */
    private void giveBack(Buffers call) {
        call.found.clear();
        buffers.giveBack(call);
    }

    /** As many as the kernel likes, and as one array can count. */
    private int tokensAtOnce() {
        return Math.max(1, Math.min(kernel.tokensAtOnce(), VALUES / transform.dIn()));
    }

    private float[] take(
            Buffers call, Tokens tokens, int from, int to, float @Nullable [] scale, float @Nullable [] shift) {
        int size = (to - from) * transform.dIn();
        if (call.x.length < size) {
            call.x = new float[size];
        }
        tokens.copy(from, to, call.x);
        transform.apply(call.x, to - from, from, scale, shift);
        return call.x;
    }

    /**
     * Decodes active features; the kernel must be one that {@linkplain HostKernel#decodes() decodes}.
     *
     * @param rows at least one token, indices below {@code d_sae}
     * @param out takes {@code [tokens, d_out]}
     */
    public void decode(Rows rows, float @Nullable [] scale, float @Nullable [] shift, Target out) {
        int tokens = rows.offsets().length - 1;
        int width = decoderBias.length;
        float[] values = divided(rows);
        Buffers call = buffers.take();
        int step = Math.min(tokens, Math.max(1, Math.min(DECODED_TOKENS, (1 << 24) / width)));
        if (call.scaled.length < step * width) {
            call.scaled = new float[step * width];
        }
        float[] sums = call.scaled;
        for (int from = 0; from < tokens; from += step) {
            int to = Math.min(tokens, from + step);
            kernel.decode(rows, values, from, to, sums);
            for (int token = from; token < to; token++) {
                finish(
                        sums,
                        (token - from) * width,
                        scale == null ? 1 : scale[token],
                        shift == null ? 0 : shift[token]);
            }
            if (transform.checksFinite()) {
                NotFinite.requireDecoded(sums, to - from, width, from);
            }
            out.of(from, to).put(0, sums, 0, (to - from) * width);
        }
        buffers.giveBack(call);
    }

    private float[] divided(Rows rows) {
        if (divisors.length == 0) {
            return rows.values();
        }
        float[] values = rows.values().clone();
        for (int at = 0; at < values.length; at++) {
            values[at] /= divisors[rows.indices()[at]];
        }
        return values;
    }

    private void finish(float[] sums, int at, float scale, float shift) {
        float divisor = (float) transform.inputScale();
        for (int i = 0; i < decoderBias.length; i++) {
            float value = (sums[at + i] + decoderBias[i]) * scale + shift;
            sums[at + i] = divisor == 1 ? value : value / divisor;
        }
        if (outputGain != null && outputOffset != null) {
            for (int i = 0; i < decoderBias.length; i++) {
                sums[at + i] = sums[at + i] * outputGain[i] + outputOffset[i];
            }
        }
    }
}
