package io.github.sae4j.core.internal.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.internal.kernel.KernelChoice;
import java.lang.ref.WeakReference;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** An SAE in host memory takes no more at a time than a buffer holds, and keeps nothing of a call that has ended. */
class HostSaeTest {

    private static final int TOKENS = 1000;

    /** Finds a feature in every token, and remembers where it was to put it. */
    private static final class OneFeature implements HostKernel {

        private FoundRows rows = new FoundRows();

        @Override
        public Kernel kind() {
            return Kernel.PLAIN;
        }

        @Override
        public int tokensAtOnce() {
            return TOKENS;
        }

        @Override
        public void encode(float[] x, int tokens, FoundRows found) {
            rows = found;
            for (int token = 0; token < tokens; token++) {
                found.extend(new int[] {1}, 1);
                found.add(0, 1, 0, 1);
            }
        }

        @Override
        public void decode(Rows active, float[] scaled, int from, int to, float[] sums) {
            throw new IllegalStateException("it does not decode");
        }
    }

    private static KernelParts parts(WeightMatrix matrix, int dSae) {
        return new KernelParts(
                SaeConfig.standard(1, dSae),
                matrix,
                matrix,
                new float[1],
                null,
                Relu.of(new float[1]),
                null,
                1,
                null,
                null,
                true,
                null);
    }

    private static HostSae sae(HostKernel kernel, int dSae) {
        Workers workers = new Workers(WorkerPool.shared(), Stop.NEVER);
        return HostSae.over(
                parts(WeightMatrix.of(new float[][] {{1}}), dSae),
                kernel,
                (encoder, decoder, rule, threads) -> kernel,
                workers);
    }

    @Test
    void writesNoMoreOfADenseArrayAtATimeThanABufferHolds() {
        int dSae = 1 << 23;
        AtomicLong bytes = new AtomicLong();
        RuntimeException enough = new IllegalStateException("the rest would take gigabytes");
        HostSae.Dense target = (from, to) -> {
            bytes.set((long) (to - from) * dSae * Float.BYTES);
            throw enough;
        };
        assertThatThrownBy(() -> sae(new OneFeature(), dSae).encodeDense((from, to, x) -> {}, TOKENS, target))
                .isSameAs(enough);
        assertThat(bytes.get()).isBetween(1L, (long) Integer.MAX_VALUE);
    }

    @Test
    void writesEveryNumberOfADenseArray() {
        for (int dSae : new int[] {1, 2048, 5000}) {
            float[] dense = new float[TOKENS * dSae];
            Arrays.fill(dense, Float.NaN);
            sae(new OneFeature(), dSae)
                    .encodeDense(
                            (from, to, x) -> {},
                            TOKENS,
                            (from, to) -> FloatBuffer.wrap(dense, from * dSae, (to - from) * dSae)
                                    .slice());
            float[] expected = new float[TOKENS * dSae];
            for (int token = 0; token < TOKENS; token++) {
                expected[token * dSae] = 1;
            }
            assertThat(Arrays.mismatch(dense, expected)).as("d_sae %d", dSae).isEqualTo(-1);
        }
    }

    @Test
    void forgetsWhatItFoundWhenACallEnds() {
        OneFeature kernel = new OneFeature();
        HostSae sae = sae(kernel, 2);
        assertThat(sae.encode((from, to, x) -> {}, TOKENS).rows().values()).hasSize(TOKENS);
        assertThat(kernel.rows.tokens()).isZero();
        sae.encodeDense((from, to, x) -> {}, 3, (from, to) -> FloatBuffer.allocate(2 * (to - from)));
        assertThat(kernel.rows.tokens()).isZero();
    }

    /** A collector may need several rounds; were the array still reachable, no number of them would do. */
    @Test
    void doesNotKeepTheFeaturesThatItDecoded() {
        WeightMatrix matrix = WeightMatrix.of(new float[][] {{1}});
        Workers workers = new Workers(WorkerPool.shared(), Stop.NEVER);
        SaeKernel sae = KernelChoice.open(parts(matrix, 1), Device.cpu(), Kernel.VECTOR, workers);
        WeakReference<float[]> values = decoded(sae);
        for (int round = 0; round < 100 && values.get() != null; round++) {
            System.gc();
        }
        assertThat(values.get()).isNull();
        // So the SAE was there all the time.
        assertThat(sae.kind()).isEqualTo(Kernel.VECTOR);
    }

    private static WeakReference<float[]> decoded(SaeKernel sae) {
        float[] values = {2};
        float[] out = new float[1];
        sae.decode(
                new Rows(new int[] {0, 1}, new int[1], values), null, null, null, (from, to, rows) -> out[0] = rows[0]);
        assertThat(out[0]).isEqualTo(2);
        return new WeakReference<>(values);
    }
}
