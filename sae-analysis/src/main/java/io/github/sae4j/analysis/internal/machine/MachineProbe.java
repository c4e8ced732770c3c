package io.github.sae4j.analysis.internal.machine;

import io.github.sae4j.analysis.AnalysisException;
import io.github.sae4j.core.Kernel;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.LongUnaryOperator;

/**
 * Samples of what a machine can do: multiply-adds from registers, and reading memory that no cache holds, on several threads
 * at once. The first samples are low, until the loops are compiled; the best of several counts. For one thread at a time.
 */
public final class MachineProbe {

    private static final String VECTOR_WORK = "io.github.sae4j.analysis.internal.limits.VectorMultiplyAdds";

    private final int threads;
    private final LongUnaryOperator multiplyAdds;
    private final long[][] memory;
    private final long[] results;

    /**
     * One measurement.
     *
     * @param amount operations or bytes
     * @param nanoseconds how long they took, at least 1
     */
    public record Sample(long amount, long nanoseconds) {

        /** Returns operations or bytes a second. */
        public double perSecond() {
            return 1e9 * amount / nanoseconds;
        }
    }

    /**
     * Gets the memory.
     *
     * @param threads how many threads compute at once
     * @param bytes how much memory a sample reads; much more than the caches hold
     */
    public MachineProbe(int threads, long bytes) {
        this.threads = threads;
        this.multiplyAdds = loop();
        this.memory = new long[threads][(int) (bytes / Long.BYTES / threads)];
        // Written, so that every page is really there.
        Arrays.stream(memory).forEach(part -> Arrays.fill(part, 1));
        this.results = new long[threads];
    }

    private static LongUnaryOperator loop() {
        if (!Kernel.available().contains(Kernel.VECTOR)) {
            return new ScalarMultiplyAdds();
        }
        try {
            return Class.forName(VECTOR_WORK)
                    .asSubclass(LongUnaryOperator.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(VECTOR_WORK, e);
        }
    }

    /** Returns what does the multiply-adds, in words. */
    public String multiplyAddsBy() {
        return multiplyAdds.toString();
    }

    /**
     * Does multiply-adds on the calling thread alone, until the loop is compiled: before, the Vector API is a hundred times
     * slower, and on a busy machine compiling takes a while.
     *
     * @param steps how many between looks at the clock
     * @param nanoseconds how long
     */
    public void warmUp(long steps, long nanoseconds) {
        long start = System.nanoTime();
        long operations = 0;
        do {
            operations += multiplyAdds.applyAsLong(steps);
        } while (operations > 0 && System.nanoTime() - start < nanoseconds);
    }

    /**
     * Returns a sample of floating-point operations, two for each multiply-add.
     *
     * @param steps how many multiply-adds each chain of a thread makes
     * @throws AnalysisException if the thread is interrupted
     */
    public Sample operations(long steps) {
        long nanoseconds = time(thread -> results[thread] = multiplyAdds.applyAsLong(steps));
        return new Sample(Arrays.stream(results).sum(), nanoseconds);
    }

    /**
     * Returns a sample of bytes that are read.
     *
     * @throws AnalysisException if the thread is interrupted
     */
    public Sample bytes() {
        long nanoseconds = time(thread -> results[thread] = sum(memory[thread]));
        return new Sample((long) memory[0].length * threads * Long.BYTES, nanoseconds);
    }

    /** Eight sums, so that no addition waits for the one before. */
    private static long sum(long[] numbers) {
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        long e = 0;
        long f = 0;
        long g = 0;
        long h = 0;
        for (int i = 0; i <= numbers.length - 8; i += 8) {
            a += numbers[i];
            b += numbers[i + 1];
            c += numbers[i + 2];
            d += numbers[i + 3];
            e += numbers[i + 4];
            f += numbers[i + 5];
            g += numbers[i + 6];
            h += numbers[i + 7];
        }
        return a + b + c + d + e + f + g + h;
    }

    /** Returns the nanoseconds that it takes to do a piece of work on each of the threads. */
    private long time(IntConsumer work) {
        Thread[] others = new Thread[threads - 1];
        long start = System.nanoTime();
        for (int other = 0; other < others.length; other++) {
            int thread = other + 1;
            others[other] = new Thread(() -> work.accept(thread), "sae-limits-" + other);
            others[other].setDaemon(true);
            others[other].start();
        }
        work.accept(0);
        try {
            for (Thread other : others) {
                other.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AnalysisException(AnalysisException.Reason.INTERRUPTED, "Measuring was interrupted.", e);
        }
        return Math.max(1, System.nanoTime() - start);
    }
}
