package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.InputAffine;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.MatchingPursuit;
import io.github.sae4j.core.OutputAffine;
import java.nio.FloatBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An SAE in host memory: transforms tokens, gives them to a kernel chunk by chunk, and finishes what it decodes. Safe to
 * use from many threads.
 */
public final class HostSae implements SaeKernel {

    /** A dense result has all its zeros; so many tokens of it together keep what is found on the way small. */
    private static final int DENSE_TOKENS = 256;

    private static final int DECODED_TOKENS = 256;

    /** Numbers at a time at most: arrays, and the buffers of a dense result, end at 2 GiB. */
    private static final int VALUES = 1 << 28;

    private final KernelParts parts;
    private final HostKernel.Maker maker;
    private final Workers workers;
    private final HostKernel kernel;
    private final @Nullable HostKernel skip;
    private final HostTransform transform;
    private final DecoderNorms norms;
    private final float @Nullable [] outputGain;
    private final float @Nullable [] outputOffset;
    private final Pool<Buffers> buffers = new Pool<>(Buffers::new);

    private static final class Buffers {

        private float[] x = new float[0];
        private final FoundRows found = new FoundRows();
        private float[] scaled = new float[0];
        private @Nullable DenseRows dense;
    }

    /** Where dense features of some tokens go. */
    @FunctionalInterface
    public interface Dense {

        /** Returns the memory for tokens {@code from} to {@code to - 1}, from position 0. */
        FloatBuffer of(int from, int to);
    }

    private HostSae(KernelParts parts, HostKernel.Maker maker, Workers workers, HostKernel kernel, DecoderNorms norms) {
        this.parts = parts;
        this.maker = maker;
        this.workers = workers;
        this.kernel = kernel;
        this.norms = norms;
        this.skip = parts.skip() == null
                ? null
                : maker.make(
                        parts.skip().transposed(),
                        null,
                        SelectionRule.of(new Products(parts.config().dOut()), new float[0], new float[0]),
                        workers);
        OutputAffine output = parts.outputAffine();
        this.outputGain = output == null ? null : output.gain();
        this.outputOffset = output == null ? null : output.offset();
        InputAffine input = parts.inputAffine();
        this.transform = new HostTransform(
                parts.config().dIn(),
                parts.inputScale(),
                parts.config().normalization(),
                parts.config().applyBDecToInput() ? parts.decoderBias() : null,
                input == null ? null : input.centre(),
                input == null ? null : input.gain(),
                parts.checkFinite());
    }

    /**
     * Opens an SAE on one kind of kernel.
     *
     * @param fold whether features are to be those of unit decoder rows
     */
    public static HostSae open(KernelParts parts, HostKernel.Maker maker, Workers workers, boolean fold) {
        DecoderNorms norms = DecoderNorms.of(parts, fold, workers);
        HostKernel kernel;
        if (parts.rule() instanceof MatchingPursuit pursuit) {
            kernel = new PursuitKernel(maker, Objects.requireNonNull(parts.decoder(), "decoder"), pursuit, workers);
        } else {
            SelectionRule rule = SelectionRule.of((BlockRule) parts.rule(), norms.factors(), norms.ranks());
            HostKernel single =
                    maker.make(Objects.requireNonNull(parts.encoder(), "encoder"), parts.decoder(), rule, workers);
            if (parts.screen() != null) {
                single = single.screened(parts.screen(), rule, workers);
            }
            int groupSize = SelectionRule.groupSize(rule.rule());
            kernel = groupSize == 0 ? single : new GroupKernel(single, rule, groupSize);
        }
        return new HostSae(parts, maker, workers, queued(parts, kernel, workers), norms);
    }

    /** The calls of a kernel that computes on their own threads alone do not keep each other from any. */
    private static HostKernel queued(KernelParts parts, HostKernel kernel, Workers workers) {
        return kernel.kind() == Kernel.VECTOR
                ? new QueuedKernel(
                        kernel,
                        parts.config().dIn(),
                        parts.config().dSae(),
                        workers.stop(),
                        workers.pool().turns())
                : kernel;
    }

    /** Opens an SAE on a kernel that is there; its rule neither rescales nor folds. */
    static HostSae over(KernelParts parts, HostKernel kernel, HostKernel.Maker maker, Workers workers) {
        return new HostSae(parts, maker, workers, kernel, DecoderNorms.NO_NORMS);
    }

    @Override
    public Kernel kind() {
        return kernel.kind();
    }

    @Override
    public HostSae folded(Stop stop) {
        return open(parts, maker, new Workers(workers.pool(), stop), true);
    }

    /** The weights go when nobody refers to them. */
    @Override
    public void close() {}

    @Override
    public Encoded encode(Tokens tokens, int count) {
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
        return new Encoded(rows, scale, shift);
    }

    /**
     * Encodes tokens to all features.
     *
     * @param count at least 1
     * @param dense takes {@code [tokens, d_sae]}
     */
    public Encoded encodeDense(Tokens tokens, int count, Dense dense) {
        Buffers call = buffers.take();
        float[] scale = transform.hasScale() ? new float[count] : null;
        float[] shift = transform.hasShift() ? new float[count] : null;
        int dSae = parts.config().dSae();
        if (call.dense == null) {
            call.dense = new DenseRows(dSae, call.found, workers);
        }
        int step = Math.max(1, Math.min(Math.min(tokensAtOnce(), DENSE_TOKENS), VALUES / dSae));
        for (int from = 0; from < count; from += step) {
            int to = Math.min(count, from + step);
            call.found.clear();
            kernel.encode(take(call, tokens, from, to, scale, shift), to - from, call.found);
            if (transform.checksFinite()) {
                call.found.requireFinite(from);
            }
            call.dense.write(dense.of(from, to));
        }
        giveBack(call);
        return new Encoded(null, scale, shift);
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
        workers.stop().requireGoingOn(true);
        int size = (to - from) * transform.dIn();
        if (call.x.length < size) {
            call.x = new float[size];
        }
        tokens.copy(from, to, call.x);
        transform.apply(call.x, to - from, from, scale, shift);
        return call.x;
    }

    @Override
    public FeatureSubset subset(int[] features) {
        return FeatureSubset.of(
                parts, Objects.requireNonNull(parts.encoder(), "encoder"), norms.factors(), maker, workers, features);
    }

    /**
     * Returns each token's scale and shift, without encoding.
     *
     * @param count at least 1
     */
    public Encoded normalize(Tokens tokens, int count) {
        Buffers call = buffers.take();
        float[] scale = transform.hasScale() ? new float[count] : null;
        float[] shift = transform.hasShift() ? new float[count] : null;
        int step = tokensAtOnce();
        for (int from = 0; from < count; from += step) {
            take(call, tokens, from, Math.min(count, from + step), scale, shift);
        }
        giveBack(call);
        return new Encoded(null, scale, shift);
    }

    @Override
    public void decode(
            Rows rows, float @Nullable [] scale, float @Nullable [] shift, @Nullable Tokens skipped, Target out) {
        int tokens = rows.offsets().length - 1;
        int width = parts.config().dOut();
        float[] values = divided(rows);
        Buffers call = buffers.take();
        int step = Math.min(tokens, Math.max(1, Math.min(DECODED_TOKENS, (1 << 24) / width)));
        if (call.scaled.length < step * width) {
            call.scaled = new float[step * width];
        }
        float[] sums = call.scaled;
        for (int from = 0; from < tokens; from += step) {
            int to = Math.min(tokens, from + step);
            workers.stop().requireGoingOn(true);
            kernel.decode(rows, values, from, to, sums);
            for (int token = from; token < to; token++) {
                finish(
                        sums,
                        (token - from) * width,
                        scale == null ? 1 : scale[token],
                        shift == null ? 0 : shift[token]);
            }
            requireFinite(sums, to - from, from);
            if (skip != null && skipped != null) {
                addSkip(call, skip, skipped, from, to, sums);
                requireFinite(sums, to - from, from);
            }
            out.take(from, to, sums);
        }
        buffers.giveBack(call);
    }

    private void requireFinite(float[] sums, int tokens, int first) {
        if (transform.checksFinite()) {
            NotFinite.requireDecoded(sums, tokens, parts.config().dOut(), first);
        }
    }

    /** Returns whether reconstructions have a skip term. */
    public boolean hasSkip() {
        return skip != null;
    }

    /**
     * Adds the skip term of tokens, {@code x W_skip}<sup>T</sup>, to what was decoded.
     *
     * @param from the first of the tokens
     * @param to the token after the last
     * @param sums {@code [to - from, d_out]} from position 0
     */
    public void addSkip(Tokens tokens, int from, int to, float[] sums) {
        if (skip != null) {
            Buffers call = buffers.take();
            addSkip(call, skip, tokens, from, to, sums);
            requireFinite(sums, to - from, from);
            buffers.giveBack(call);
        }
    }

    private void addSkip(Buffers call, HostKernel products, Tokens tokens, int from, int to, float[] sums) {
        int dIn = transform.dIn();
        int width = parts.config().dOut();
        int step = Math.max(1, Math.min(products.tokensAtOnce(), VALUES / dIn));
        for (int first = from; first < to; first += step) {
            int end = Math.min(to, first + step);
            if (call.x.length < (end - first) * dIn) {
                call.x = new float[(end - first) * dIn];
            }
            tokens.copy(first, end, call.x);
            call.found.clear();
            products.encode(call.x, end - first, call.found);
            for (int token = first; token < end; token++) {
                int row = (token - from) * width;
                for (int at = call.found.offset(token - first); at < call.found.offset(token - first + 1); at++) {
                    sums[row + call.found.index(at)] += call.found.value(at);
                }
            }
            call.found.clear();
        }
    }

    private float[] divided(Rows rows) {
        float[] divisors = norms.divisors();
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
        float[] bias = parts.decoderBias();
        float divisor = (float) transform.inputScale();
        for (int i = 0; i < bias.length; i++) {
            float value = (sums[at + i] + bias[i]) * scale + shift;
            sums[at + i] = divisor == 1 ? value : value / divisor;
        }
        if (outputGain != null && outputOffset != null) {
            for (int i = 0; i < bias.length; i++) {
                sums[at + i] = sums[at + i] * outputGain[i] + outputOffset[i];
            }
        }
    }
}
