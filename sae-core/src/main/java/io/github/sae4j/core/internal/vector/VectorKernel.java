package io.github.sae4j.core.internal.vector;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.internal.host.FoundRows;
import io.github.sae4j.core.internal.host.HostKernel;
import io.github.sae4j.core.internal.host.Pool;
import io.github.sae4j.core.internal.host.Rows;
import io.github.sae4j.core.internal.host.Screen;
import io.github.sae4j.core.internal.host.SelectionRule;
import io.github.sae4j.core.internal.host.Strongest;
import io.github.sae4j.core.internal.host.Workers;
import org.jspecify.annotations.Nullable;

/** Runs SAEs with Java's Vector API, on weights where they lie. */
final class VectorKernel implements HostKernel {

    /** Enough that widening a panel costs little beside its products. */
    private static final int TOKENS = 512;

    private static final int STRONGEST_AT_ONCE = 1 << 22;

    private final int tokensAtOnce;
    private final Pool<EncodeWork> encodings;
    private final @Nullable DecoderRows decodings;

    /**
     * Creates a kernel.
     *
     * @param encoder {@code W_enc}, {@code [d_in, d_sae]}
     * @param decoder {@code W_dec}, {@code [d_sae, d_out]}, or null if there is none
     * @param rule decides which features are active
     */
    VectorKernel(WeightMatrix encoder, @Nullable WeightMatrix decoder, SelectionRule rule, Workers workers) {
        Panels panels = new Panels(encoder);
        Selection selection = new Selection(rule, panels);
        int dIn = (int) encoder.rows();
        this.tokensAtOnce = rule.mostActive() == 0
                ? TOKENS
                : Math.max(1, Math.min(TOKENS, STRONGEST_AT_ONCE / Strongest.room(rule.mostActive())));
        this.encodings = new Pool<>(() -> new EncodeWork(panels, selection, rule, dIn, workers));
        this.decodings = decoder == null ? null : new DecoderRows(decoder, workers);
    }

    @Override
    public HostKernel screened(Screen screen, SelectionRule rule, Workers workers) {
        return new ScreenedKernel(this, screen, rule, workers);
    }

    @Override
    public Kernel kind() {
        return Kernel.VECTOR;
    }

    @Override
    public int tokensAtOnce() {
        return tokensAtOnce;
    }

    @Override
    public void encode(float[] x, int tokens, FoundRows found) {
        EncodeWork work = encodings.take();
        work.run(x, tokens, found);
        encodings.giveBack(work);
    }

    @Override
    public void decode(Rows rows, float[] scaled, int from, int to, float[] sums) {
        if (decodings == null) {
            throw new IllegalStateException("no decoder");
        }
        Pool<DecodeWork> pool = decodings.forRows(rows.offsets()[to] - rows.offsets()[from]);
        DecodeWork work = pool.take();
        work.run(rows, scaled, from, to, sums);
        pool.giveBack(work);
    }
}
