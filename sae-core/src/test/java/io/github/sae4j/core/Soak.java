package io.github.sae4j.core;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;

/**
 * Encodes from 16 threads on SAEs with every rule, and on views of them, and prints whether the answers, the number of live arrays and the resident memory
 * stayed the same. Runs as a program of its own, with a heap of fixed size, so that nothing else moves the memory.
 */
final class Soak {

    /** In KiB: 80,000 calls that lost 64 bytes each. */
    static final long GROWN = 5_000;

    private static final int THREADS = 16;

    /** Enough for the compiled code and the allocators of all threads to have grown to their size, nearly always. */
    private static final int WARM_UP = 3_000;

    private static final int ENCODES = 5_000;
    private static final int MOST_ROUNDS = 5;
    private static final int D_IN = 32;

    private Soak() {}

    public static void main(String[] args) throws Exception {
        TinySae tiny = TinySae.of(
                TinySae.config(D_IN, 700, Normalization.LAYER_NORM, Reshape.NONE, true), WeightType.BFLOAT16);
        List<SparseAutoencoder> saes = saes(tiny);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (NDManager manager = saes.get(0).newManager()) {
            NDManager root = manager.getParentManager();
            List<Work> works = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                works.add(new Work(saes.get(thread % saes.size()), tiny.activations(1 + thread % 3, thread)));
            }
            run(threads, works, WARM_UP);
            int arrays = root.getManagedArrays().size();
            long[] wrong = new long[1];
            long grown = leastGrowthKiB(GROWN, () -> wrong[0] += run(threads, works, ENCODES));
            System.out.println("live arrays: " + arrays);
            System.out.println("wrong answers: " + wrong[0]);
            System.out.println("more arrays: " + (root.getManagedArrays().size() - arrays));
            System.out.println("more resident KiB: " + grown);
        } finally {
            threads.shutdown();
            saes.forEach(SparseAutoencoder::close);
        }
    }

    private static List<SparseAutoencoder> saes(TinySae tiny) {
        List<SparseAutoencoder> saes = new ArrayList<>();
        for (PlainRule rule : PlainRule.values()) {
            saes.add(tiny.withRule(rule).open());
        }
        saes.add(PursuitTest.builder(tiny, MatchingPursuit.of(700).maxIterations(3))
                .build());
        saes.add(saes.get(0).foldDecoderNorms());
        saes.add(tiny.inParts(3).lyingTransposed(true, true).open());
        return saes;
    }

    private static long run(ExecutorService threads, List<Work> works, int times) throws Exception {
        List<Callable<Long>> calls = new ArrayList<>();
        for (Work work : works) {
            calls.add(() -> work.run(times));
        }
        long wrong = 0;
        for (Future<Long> future : threads.invokeAll(calls)) {
            wrong += future.get();
        }
        return wrong;
    }

    /** What one thread does again and again: all roads in and out, each compared with its first answer. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Work(SparseAutoencoder sae, float[][] activations, float[] features, float[] reconstruction) {

        Work(SparseAutoencoder sae, float[][] activations) {
            this(
                    sae,
                    activations,
                    TinySae.flat(sae.encode(activations).toDense()),
                    TinySae.flat(sae.reconstruct(activations)));
        }

        long run(int times) {
            long wrong = 0;
            for (int time = 0; time < times; time++) {
                if (!answersAsBefore(time)) {
                    wrong++;
                }
            }
            return wrong;
        }

        private boolean answersAsBefore(int time) {
            return switch (time % 4) {
                case 0 -> Arrays.equals(TinySae.flat(sae.encode(activations).toDense()), features);
                case 1 -> Arrays.equals(TinySae.flat(sae.reconstruct(activations)), reconstruction);
                case 2 -> Arrays.equals(throughArrays(sae::encodeDense), features);
                default -> Arrays.equals(throughArrays(sae::reconstruct), reconstruction);
            };
        }

        private float[] throughArrays(UnaryOperator<NDArray> call) {
            try (NDManager manager = sae.newManager()) {
                NDArray x = manager.create(TinySae.flat(activations), new Shape(activations.length, D_IN));
                return call.apply(x).toFloatArray();
            }
        }
    }

    /** Work that is done again and again. */
    interface Round {
        /** Does it. */
        void run() throws Exception;
    }

    /**
     * Returns by how much the resident memory grows in the round in which it grows least; there are no more rounds after one in
     * which it grows by less than so much. What is lost in each call is lost in every round, what compilers and allocators
     * still take when a machine is slow is not.
     */
    static long leastGrowthKiB(long enough, Round round) throws Exception {
        long least = Long.MAX_VALUE;
        for (int rounds = 0; rounds < MOST_ROUNDS && least >= enough; rounds++) {
            long before = residentKiB();
            round.run();
            least = Math.min(least, residentKiB() - before);
        }
        return least;
    }

    private static long residentKiB() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        System.gc();
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
