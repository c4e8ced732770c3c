package io.github.sae4j.benchmarks;

import java.util.Arrays;
import java.util.function.IntConsumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * What this machine can do at most: multiply-adds from registers, and reading memory that no cache holds, with a thread
 * for each core. The first samples are low, until the loops are compiled; the best of several counts.
 */
final class MachineLimits {

    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final int CHAINS = 12;
    private static final int LOADS = 4;

    private final int threads;
    private final long steps;
    private final long[][] memory;
    private final double[] sinks;

    /**
     * Gets the memory.
     *
     * @param threads how many threads compute at once
     * @param steps how many multiply-adds each of {@value #CHAINS} chains of a thread makes in a sample
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
        sinks = new double[threads];
    }

    /** Returns one sample of the multiply-adds, in 10⁹ floating-point operations a second, two for each multiply-add. */
    double gigaflops() {
        long nanos = nanosOf(thread -> sinks[thread] = multiplyAdd(steps, thread));
        return 2.0 * CHAINS * FLOATS.length() * steps * threads / nanos;
    }

    /** Returns one sample of the bandwidth, in 10⁹ bytes a second. */
    double gigabytes() {
        long nanos = nanosOf(thread -> sinks[thread] = sum(memory[thread]));
        return (double) threads * memory[0].length * Long.BYTES / nanos;
    }

    /** Returns a number that depends on all that was computed, so that nothing can be left out. */
    double checksum() {
        return Arrays.stream(sinks).sum();
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

    /** As many independent chains as hide a multiply-add's latency, and as fit sixteen registers with the operands. */
    private static double multiplyAdd(long steps, int seed) {
        FloatVector factor = FloatVector.broadcast(FLOATS, 0.999f);
        FloatVector term = FloatVector.broadcast(FLOATS, 1e-3f);
        FloatVector a = FloatVector.broadcast(FLOATS, seed);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector f = a;
        FloatVector g = a;
        FloatVector h = a;
        FloatVector i = a;
        FloatVector j = a;
        FloatVector k = a;
        FloatVector l = a;
        for (long step = 0; step < steps; step++) {
            a = a.fma(factor, term);
            b = b.fma(factor, term);
            c = c.fma(factor, term);
            d = d.fma(factor, term);
            e = e.fma(factor, term);
            f = f.fma(factor, term);
            g = g.fma(factor, term);
            h = h.fma(factor, term);
            i = i.fma(factor, term);
            j = j.fma(factor, term);
            k = k.fma(factor, term);
            l = l.fma(factor, term);
        }
        FloatVector sum = a.add(b).add(c).add(d).add(e).add(f);
        return sum.add(g).add(h).add(i).add(j).add(k).add(l).reduceLanes(VectorOperators.ADD);
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
