package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A prepared SAE does what others do: it is shared, ended, folded, asked for some features, and keeps nothing of its calls. */
class PreparedCallsTest {

    private static final int D_IN = 70;
    private static final int D_SAE = 1500;
    private static final int THREADS = 8;
    private static final int[] COUNTS = {1, 2, 3, 7, 40, 131};

    private static TinySae tiny() {
        return TinySae.of(
                TinySae.config(D_IN, D_SAE, Normalization.LAYER_NORM, Reshape.NONE, true), WeightType.BFLOAT16);
    }

    private static SparseAutoencoder dense(TinySae tiny) {
        return tiny.builder().kernel(Kernel.VECTOR).build();
    }

    private static SparseAutoencoder prepared(TinySae tiny) {
        return tiny.builder().kernel(Kernel.VECTOR).prepared(true).build();
    }

    @Test
    void isSharedByThreads() throws Exception {
        TinySae tiny = tiny();
        float[][] x = tiny.activations(131, 1);
        List<SparseFeatures> expected = new ArrayList<>();
        try (SparseAutoencoder dense = dense(tiny)) {
            for (int count : COUNTS) {
                expected.add(dense.encode(Arrays.copyOf(x, count)));
            }
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (SparseAutoencoder sae = prepared(tiny)) {
            List<Future<Integer>> wrong = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int offset = thread;
                wrong.add(threads.submit(() -> {
                    int differing = 0;
                    for (int call = 0; call < 40; call++) {
                        int which = (call + offset) % COUNTS.length;
                        SparseFeatures found = sae.encode(Arrays.copyOf(x, COUNTS[which]));
                        differing += found.equals(expected.get(which)) ? 0 : 1;
                    }
                    return differing;
                }));
            }
            for (Future<Integer> differing : wrong) {
                assertThat(differing.get()).isZero();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void isFoldedReconstructsAndEncodesSomeFeatures() {
        for (PlainRule rule : new PlainRule[] {PlainRule.STANDARD, PlainRule.JUMPRELU_KEEPING_NEGATIVE}) {
            TinySae tiny = tiny().withRule(rule);
            float[][] x = tiny.activations(9, 2);
            try (SparseAutoencoder sae = dense(tiny);
                    SparseAutoencoder folded = sae.foldDecoderNorms();
                    SparseAutoencoder prepared = prepared(tiny);
                    SparseAutoencoder preparedFolded = prepared.foldDecoderNorms()) {
                FeatureSet some = prepared.featureSet(3, 17, 900);
                FeatureSet same = sae.featureSet(3, 17, 900);
                for (int count : new int[] {1, 9}) {
                    float[][] few = Arrays.copyOf(x, count);
                    assertThat(preparedFolded.encode(few)).isEqualTo(folded.encode(few));
                    assertThat(prepared.encode(few, some)).isEqualTo(sae.encode(few, same));
                    assertThat(TinySae.flat(prepared.reconstruct(few))).isEqualTo(TinySae.flat(sae.reconstruct(few)));
                }
            }
        }
    }

    @Test
    void addsTheSkipTermOfATranscoder() {
        TinySae tiny = TinySae.of(TinySae.transcoder(D_IN, D_SAE, D_IN, Normalization.NONE), WeightType.FLOAT16);
        WeightMatrix skip = WeightMatrix.of(TinySae.matrix(new SplittableRandom(5), D_IN, D_IN, WeightType.FLOAT32));
        float[][] x = tiny.activations(5, 3);
        try (SparseAutoencoder sae =
                        tiny.builder().kernel(Kernel.VECTOR).skip(skip).build();
                SparseAutoencoder prepared = tiny.builder()
                        .kernel(Kernel.VECTOR)
                        .skip(skip)
                        .prepared(true)
                        .build()) {
            assertThat(prepared.encode(x)).isEqualTo(sae.encode(x));
            assertThat(TinySae.flat(prepared.reconstruct(x))).isEqualTo(TinySae.flat(sae.reconstruct(x)));
        }
    }

    private static SlowRule slow() {
        return SlowRule.forPositiveValues(200, 256, -0.14f);
    }

    private static SparseAutoencoder open(SlowRule slow) {
        return TinySae.of(16, slow.dSae())
                .builder()
                .activation(slow)
                .kernel(Kernel.VECTOR)
                .prepared(true)
                .build();
    }

    @Test
    @Timeout(300)
    void endsWithAnInterruptedThread() throws Exception {
        SlowRule slow = slow();
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (SparseAutoencoder sae = open(slow)) {
            float[][] x = TinySae.of(16, slow.dSae()).activations(60_000, 1);
            Future<Boolean> interrupted = threads.submit(() -> {
                assertThatThrownBy(() -> sae.encode(x))
                        .isInstanceOfSatisfying(
                                SaeException.class,
                                e -> assertThat(e.reason()).isEqualTo(SaeException.Reason.INTERRUPTED));
                return Thread.currentThread().isInterrupted();
            });
            slow.awaitFirst();
            threads.shutdownNow();
            assertThat(interrupted.get()).isTrue();
        }
    }

    @Test
    @Timeout(300)
    void endsWithTheSae() throws Exception {
        SlowRule slow = slow();
        SparseAutoencoder sae = open(slow);
        float[][] x = TinySae.of(16, slow.dSae()).activations(60_000, 1);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<SparseFeatures> call = threads.submit(() -> sae.encode(x));
            slow.awaitFirst();
            sae.close(Duration.ofMillis(50));
            assertThatThrownBy(call::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            SaeException.class, e -> assertThat(e.reason()).isEqualTo(SaeException.Reason.CLOSED));
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void keepsNothingOfItsCalls(@TempDir Path folder) throws Exception {
        ForkedJvm run = ForkedJvm.run(
                folder,
                ManyCalls.class,
                ForkedJvm.VECTORS,
                "-Dsae4j.threads=1",
                "-Xms96m",
                "-Xmx96m",
                "-XX:+AlwaysPreTouch");
        assertThat(run.exitCode()).as(run.output()).isZero();
        String line = run.output()
                .lines()
                .filter(each -> each.startsWith("more resident KiB "))
                .findFirst()
                .orElseThrow();
        assertThat(Long.parseLong(line.substring(line.lastIndexOf(' ') + 1))).isLessThan(ManyCalls.GROWN);
    }

    /** Encodes again and again, and prints by how much the process grows in a round of calls once it is warm. */
    static final class ManyCalls {

        private static final int CALLS = 10_000;

        /** In KiB: calls that lost half a kilobyte each. */
        private static final long GROWN = 5_000;

        private ManyCalls() {}

        public static void main(String[] args) throws Exception {
            TinySae tiny = tiny();
            float[][] x = tiny.activations(7, 1);
            try (SparseAutoencoder sae = prepared(tiny)) {
                encode(sae, x, 3 * CALLS);
                System.out.println("more resident KiB " + Soak.leastGrowthKiB(GROWN, () -> encode(sae, x, CALLS)));
            }
        }

        private static void encode(SparseAutoencoder sae, float[][] x, int calls) {
            for (int call = 0; call < calls; call++) {
                sae.encode(Arrays.copyOf(x, 1 + call % x.length));
            }
        }
    }

    @Test
    void findsTheSameBitsWithoutLibtorch(@TempDir Path folder) throws Exception {
        ForkedJvm run = ForkedJvm.runWithoutNativeJars(folder, Compares.class, ForkedJvm.VECTORS);
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains("the same");
    }

    /** There libtorch's products are fast, and cut off what 16 bits do not hold. */
    @Test
    void findsTheSameBitsWhereProductsAreNotExact(@TempDir Path folder) throws Exception {
        ForkedJvm run = ForkedJvm.runWithoutByteProducts(folder, Compares.class, ForkedJvm.VECTORS);
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains("the same");
    }

    /** Compares with the dense kernel. */
    static final class Compares {

        private Compares() {}

        public static void main(String[] args) {
            for (PlainRule rule : new PlainRule[] {
                PlainRule.STANDARD,
                PlainRule.JUMPRELU,
                PlainRule.JUMPRELU_AT_MOST,
                PlainRule.GATED,
                PlainRule.TOPK,
                PlainRule.GROUP_MAX
            }) {
                TinySae tiny = tiny().withRule(rule);
                float[][] x = tiny.activations(131, 1);
                try (SparseAutoencoder sae = dense(tiny);
                        SparseAutoencoder prepared = prepared(tiny)) {
                    for (int count : COUNTS) {
                        float[][] some = Arrays.copyOf(x, count);
                        assertThat(prepared.encode(some)).isEqualTo(sae.encode(some));
                    }
                }
            }
            System.out.println("the same");
        }
    }
}
