package io.github.sae4j.analysis.machine;

import io.github.sae4j.analysis.AnalysisException;
import io.github.sae4j.analysis.internal.machine.MachineProbe;

/**
 * What this machine can do with all its processors, measured.
 *
 * <pre>{@code
 * Limits limits = Limits.measure();
 * long encoderBytes = (long) dIn * dSae * WeightType.BFLOAT16.bytes();
 * double secondsToReadEncoder = encoderBytes / limits.bytesPerSecond();
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class Limits {

    /** Far more than caches hold, of which large machines have hundreds of megabytes. */
    private static final long MOST_BYTES = 1L << 29;

    /** Each takes some hundredths of a second, and on a busy machine few of them are undisturbed. */
    private static final int READINGS = 25;

    private static final int RUNS = 7;
    private static final long LONG_ENOUGH = 30_000_000;
    private static final long WARM_UP = 1_000_000_000;
    private static final long FEW_STEPS = 64;
    private static final double STILL_IMPROVING = 1.02;

    private final double bytesPerSecond;
    private final double flopsPerSecond;
    private final String multiplyAddsBy;
    private final int threads;

    Limits(double bytesPerSecond, double flopsPerSecond, String multiplyAddsBy, int threads) {
        this.bytesPerSecond = bytesPerSecond;
        this.flopsPerSecond = flopsPerSecond;
        this.multiplyAddsBy = multiplyAddsBy;
        this.threads = threads;
    }

    /** Returns how many bytes of memory are read in a second. */
    public double bytesPerSecond() {
        return bytesPerSecond;
    }

    /** Returns how many float32 operations are done in a second at the peak; a multiply-add counts as two. */
    public double flopsPerSecond() {
        return flopsPerSecond;
    }

    /** Returns what did the multiply-adds. */
    public String multiplyAddsBy() {
        return multiplyAddsBy;
    }

    /** Returns how many threads did both. */
    public int threads() {
        return threads;
    }

    /**
     * Measures this machine, in about two seconds. What it needs of the heap, up to half of it, is free again afterwards.
     *
     * @throws AnalysisException if the thread is interrupted meanwhile
     */
    public static Limits measure() {
        int threads = Runtime.getRuntime().availableProcessors();
        MachineProbe probe = new MachineProbe(
                threads, Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / 2));
        return new Limits(bytesPerSecond(probe), flopsPerSecond(probe), probe.multiplyAddsBy(), threads);
    }

    private static double bytesPerSecond(MachineProbe probe) {
        double best = 0;
        for (int reading = 0; reading < READINGS; reading++) {
            best = Math.max(best, probe.bytes().perSecond());
        }
        return best;
    }

    private static double flopsPerSecond(MachineProbe probe) {
        probe.warmUp(FEW_STEPS, WARM_UP);
        long steps = FEW_STEPS;
        double best = 0;
        for (int run = 0; run < RUNS; ) {
            MachineProbe.Sample sample = probe.operations(steps);
            double rate = sample.perSecond();
            if (sample.nanoseconds() < LONG_ENOUGH) {
                steps *= 2;
                run = 0;
            } else {
                run = rate > best * STILL_IMPROVING ? 0 : run + 1;
            }
            best = Math.max(best, rate);
        }
        return best;
    }
}
