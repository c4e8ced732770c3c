package io.github.sae4j.analysis.machine;

import java.util.Arrays;

/**
 * How long each of several runs of the same work took.
 *
 * <pre>{@code
 * Timing timing = Timing.of(() -> sae.encode(activations), 2);
 * System.out.printf("%.2f ms, nine of ten within %.2f ms%n", 1e3 * timing.median(), 1e3 * timing.quantile(0.9));
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class Timing {

    private static final int FEWEST_RUNS = 7;
    private static final int MOST_RUNS = 100_000;

    private final long[] sorted;

    private Timing(long[] sorted) {
        this.sorted = sorted;
    }

    /**
     * Runs work again and again: some time to warm up, then at least seven times.
     *
     * @param seconds how long the runs that count go on, unless seven take longer; warming up takes half of that, or one
     *     run
     */
    public static Timing of(Runnable work, double seconds) {
        long start = System.nanoTime();
        do {
            work.run();
        } while (System.nanoTime() - start < seconds * 0.5e9);
        long[] nanoseconds = new long[MOST_RUNS];
        int runs = 0;
        long first = System.nanoTime();
        while (runs < FEWEST_RUNS || (runs < MOST_RUNS && System.nanoTime() - first < seconds * 1e9)) {
            long before = System.nanoTime();
            work.run();
            nanoseconds[runs] = System.nanoTime() - before;
            runs++;
        }
        long[] sorted = Arrays.copyOf(nanoseconds, runs);
        Arrays.sort(sorted);
        return new Timing(sorted);
    }

    /** Returns how many runs there were. */
    public int runs() {
        return sorted.length;
    }

    /** Returns the time in seconds that half of the runs stayed within. */
    public double median() {
        return quantile(0.5);
    }

    /** Returns the time in seconds that a share of the runs, from 0 to 1, stayed within. */
    public double quantile(double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        double rest = place - below;
        return Math.max(1, sorted[below] * (1 - rest) + sorted[above] * rest) / 1e9;
    }
}
