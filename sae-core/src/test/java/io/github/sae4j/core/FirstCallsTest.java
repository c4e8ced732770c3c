package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The first calls of a process, which large encoders answer without vectors, have the bits of later ones. */
class FirstCallsTest {

    private static final int D_IN = 4096;
    private static final int D_SAE = 4101;

    /** Enough that the loops over vectors take over meanwhile. */
    private static final int CALLS = 200;

    @Test
    void haveTheBitsOfLaterOnes() {
        SplittableRandom random = new SplittableRandom(1);
        float[][] activations = new float[2][D_IN];
        for (int i = 0; i < D_IN; i++) {
            activations[0][i] = (float) random.nextDouble(-1, 1);
            activations[1][i] = (float) random.nextDouble(-1, 1);
        }
        try (SparseAutoencoder sae = builder(random).build()) {
            float[] first = sae.encode(activations[0]).toDense()[0];
            float[] oneOfTwo = sae.encode(activations).toDense()[0];
            assertThat(first).isEqualTo(oneOfTwo);
            for (int call = 0; call < CALLS; call++) {
                assertThat(sae.encode(activations[0]).toDense()[0]).isEqualTo(first);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void haveNoThreadsButThoseOfTheirRuntime(int threads, @TempDir Path folder) throws Exception {
        ForkedJvm run = ForkedJvm.run(
                folder, FewCalls.class, ForkedJvm.VECTORS, "-Dsae4j.threads=1", "-Dprogram.threads=" + threads);

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output().lines()).contains(threads - 1 + " threads at most", "0 threads after closing");
    }

    private static SaeBuilder builder(SplittableRandom random) {
        WeightMatrix encoder = encoder(random);
        return SparseAutoencoder.builder(SaeConfig.standard(D_IN, D_SAE))
                .encoder(encoder)
                .decoder(encoder.transposed())
                .decoderBias(new float[D_IN])
                .activation(Relu.of(new float[D_SAE]))
                .kernel(Kernel.VECTOR);
    }

    private static WeightMatrix encoder(SplittableRandom random) {
        ByteBuffer numbers = ByteBuffer.allocateDirect(D_IN * D_SAE * WeightType.BFLOAT16.bytes())
                .order(ByteOrder.LITTLE_ENDIAN);
        while (numbers.hasRemaining()) {
            numbers.putShort((short) (Float.floatToRawIntBits((float) random.nextDouble(-1, 1)) >> Short.SIZE));
        }
        return WeightMatrix.of(WeightType.BFLOAT16, D_IN, D_SAE, List.of(numbers.flip()));
    }

    /** Encodes one token as often as it takes to begin with vectors, not to end with it, and says which threads it sees. */
    static final class FewCalls {

        private FewCalls() {}

        public static void main(String[] args) throws InterruptedException {
            SaeRuntime runtime = SaeRuntime.ofThreads(Integer.getInteger("program.threads"));
            long most = 0;
            try (SparseAutoencoder sae =
                    builder(new SplittableRandom(1)).runtime(runtime).build()) {
                float[] activation = new float[D_IN];
                Arrays.fill(activation, 0.5f);
                SparseFeatures first = sae.encode(activation);
                for (int call = 0; call < 4; call++) {
                    assertThat(sae.encode(activation)).isEqualTo(first);
                    most = Math.max(most, threads());
                }
            }
            runtime.close();
            for (int waited = 0; threads() > 0 && waited < 100; waited++) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
            System.out.println(most + " threads at most");
            System.out.println(threads() + " threads after closing");
        }

        private static long threads() {
            return Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("sae4j"))
                    .count();
        }
    }
}
