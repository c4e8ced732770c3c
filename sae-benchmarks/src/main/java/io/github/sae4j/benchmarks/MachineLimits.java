package io.github.sae4j.benchmarks;

import io.github.sae4j.analysis.internal.limits.VectorMultiplyAdds;
import java.util.Arrays;
import java.util.function.IntConsumer;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * What this machine can do at most: multiply-adds from registers, and reading memory that no cache holds, with a thread
 * for each core. The first samples are low, until the loops are compiled; the best of several counts.
 */
final class MachineLimits {

    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final int LOADS = 4;

    private final int threads;
    private final long steps;
    private final long[][] memory;
    private final VectorMultiplyAdds[] multiplyAdds;
    private final long[] operations;
    private final double[] sums;

    /**
     * Gets the memory.
     *
     * @param threads how many threads compute at once
     * @param steps how many multiply-adds each chain of a thread makes in a sample
     * @param bytes how much memory a sample reads; much more than the caches hold
     */
    MachineLimits(int threads, long steps, long bytes) {
        this.threads = threads;
        this.steps = steps;
        int unit = LOADS * LONGS.length();
        int longs = Math.toIntExact(bytes / threads / Long.BYTES / unit * unit);
        memory = new long[threads][longs];
        // Written, so that every page is really there.
        Arrays.stream(memory).forEach(part -> Arrays.fill(part, 1));
        multiplyAdds = new VectorMultiplyAdds[threads];
        Arrays.setAll(multiplyAdds, thread -> new VectorMultiplyAdds());
        operations = new long[threads];
        sums = new double[threads];
    }

    /** Returns one sample of the multiply-adds, in 10⁹ floating-point operations a second, two for each multiply-add. */
    double gigaflops() {
        long nanos = nanosOf(thread -> operations[thread] = multiplyAdds[thread].applyAsLong(steps));
        return (double) Arrays.stream(operations).sum() / nanos;
    }

    /** Returns one sample of the bandwidth, in 10⁹ bytes a second. */
    double gigabytes() {
        long nanos = nanosOf(thread -> sums[thread] = sum(memory[thread]));
        return (double) threads * memory[0].length * Long.BYTES / nanos;
    }

    /** Returns a number that depends on all that was computed, so that nothing can be left out. */
    double checksum() {
        return Arrays.stream(sums).sum()
                + Arrays.stream(multiplyAdds)
                        .mapToDouble(VectorMultiplyAdds::result)
                        .sum();
    }

    private long nanosOf(IntConsumer work) {
        Thread[] others = new Thread[threads - 1];
        long start = System.nanoTime();
        for (int other = 0; other < others.length; other++) {
            int thread = other + 1;
            others[other] = new Thread(() -> work.accept(thread));
            others[other].start();
        }
        work.accept(0);
        for (Thread other : others) {
            try {
                other.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BenchmarkException("Measuring the machine was interrupted.", e);
            }
        }
        return System.nanoTime() - start;
    }

    private static double sum(long[] values) {
        int lanes = LONGS.length();
        LongVector a = LongVector.zero(LONGS);
        LongVector b = a;
        LongVector c = a;
        LongVector d = a;
        for (int at = 0; at < values.length; at += LOADS * lanes) {
            a = a.add(LongVector.fromArray(LONGS, values, at));
            b = b.add(LongVector.fromArray(LONGS, values, at + lanes));
            c = c.add(LongVector.fromArray(LONGS, values, at + 2 * lanes));
            d = d.add(LongVector.fromArray(LONGS, values, at + 3 * lanes));
        }
        return a.add(b).add(c).add(d).reduceLanes(VectorOperators.ADD);
    }
}
