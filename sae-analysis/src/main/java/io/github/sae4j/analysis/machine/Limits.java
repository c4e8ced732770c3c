package io.github.sae4j.analysis.machine;

import io.github.sae4j.analysis.AnalysisException;
import io.github.sae4j.core.Kernel;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.function.LongUnaryOperator;

/**
 * What this machine can do with all its processors, measured.
 *
 * @param bytesPerSecond how fast memory is read
 * @param flopsPerSecond the peak of float32 multiply-adds, each of which counts as two operations
 * @param multiplyAddsBy what did the multiply-adds
 * @param threads how many threads did both
 * @since 0.1
 */
public record Limits(double bytesPerSecond, double flopsPerSecond, String multiplyAddsBy, int threads) {

    private static final String VECTOR_WORK = "io.github.sae4j.analysis.internal.limits.VectorMultiplyAdds";

    /** Far more than caches hold, of which large machines have hundreds of megabytes. */
    private static final long MOST_BYTES = 1L << 29;

    /** Each takes some hundredths of a second, and on a busy machine few of them are undisturbed. */
    private static final int READINGS = 25;

    private static final int RUNS = 7;
    private static final long LONG_ENOUGH = 30_000_000;
    private static final long WARM_UP = 1_000_000_000;
    private static final long FEW_STEPS = 64;
    private static final double STILL_IMPROVING = 1.02;

    /**
     * Measures this machine, in about two seconds. What it needs of the heap, up to half of it, is free again afterwards.
     *
     * @throws AnalysisException if the thread is interrupted meanwhile
     */
    public static Limits measure() {
        int threads = Runtime.getRuntime().availableProcessors();
        LongUnaryOperator multiplyAdds = multiplyAdds();
        return new Limits(
                bytesPerSecond(threads), flopsPerSecond(multiplyAdds, threads), multiplyAdds.toString(), threads);
    }

    private static double bytesPerSecond(int threads) {
        long bytes = Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / 2);
        int length = (int) (bytes / Long.BYTES / threads);
        long[][] memory = new long[threads][length];
        long[] sums = new long[threads];
        double best = 0;
        for (int reading = 0; reading < READINGS; reading++) {
            long nanoseconds = time(threads, thread -> () -> sums[thread] += sum(memory[thread]));
            best = Math.max(best, (double) length * threads * Long.BYTES / nanoseconds);
        }
        return best * 1e9;
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

    private static double flopsPerSecond(LongUnaryOperator multiplyAdds, int threads) {
        warmUp(multiplyAdds);
        long[] operations = new long[threads];
        long steps = FEW_STEPS;
        double best = 0;
        for (int run = 0; run < RUNS; ) {
            long count = steps;
            long nanoseconds = time(threads, thread -> () -> operations[thread] = multiplyAdds.applyAsLong(count));
            double rate = (double) Arrays.stream(operations).sum() / nanoseconds;
            if (nanoseconds < LONG_ENOUGH) {
                steps *= 2;
                run = 0;
            } else {
                run = rate > best * STILL_IMPROVING ? 0 : run + 1;
            }
            best = Math.max(best, rate);
        }
        return best * 1e9;
    }

    /** Until it is compiled, which takes a while on a busy machine, the Vector API is a hundred times slower. */
    private static void warmUp(LongUnaryOperator multiplyAdds) {
        long start = System.nanoTime();
        long operations = 0;
        do {
            operations += multiplyAdds.applyAsLong(FEW_STEPS);
        } while (operations > 0 && System.nanoTime() - start < WARM_UP);
    }

    private static LongUnaryOperator multiplyAdds() {
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

    /** Returns the nanoseconds that it takes to do a piece of work on each of several threads. */
    private static long time(int threads, IntFunction<Runnable> work) {
        Thread[] others = new Thread[threads - 1];
        long start = System.nanoTime();
        for (int i = 0; i < others.length; i++) {
            others[i] = new Thread(work.apply(i + 1), "sae-limits-" + i);
            others[i].setDaemon(true);
            others[i].start();
        }
        work.apply(0).run();
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
