package io.github.sae4j.analysis.machine;

import java.util.OptionalDouble;

/**
 * What one kind of work on one number of tokens took.
 *
 * <pre>{@code
 * List<BenchRow> table = new ArrayList<>();
 * new Bench(sae, Limits.measure(), List.of(1, 512), 2).run(table::add);
 * for (BenchRow row : table) {
 *     System.out.printf("%s %d: %.2f ms%n", row.work(), row.tokens(), 1e3 * row.timing().median());
 *     row.shareOfBandwidth().ifPresent(share -> System.out.printf("%.0f %% of the bandwidth%n", 100 * share));
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class BenchRow {

    private final String work;
    private final int tokens;
    private final Timing timing;
    private final OptionalDouble shareOfBandwidth;
    private final OptionalDouble shareOfPeak;

    BenchRow(String work, int tokens, Timing timing, OptionalDouble shareOfBandwidth, OptionalDouble shareOfPeak) {
        this.work = work;
        this.tokens = tokens;
        this.timing = timing;
        this.shareOfBandwidth = shareOfBandwidth;
        this.shareOfPeak = shareOfPeak;
    }

    /** Returns the work, in a word or two. */
    public String work() {
        return work;
    }

    /** Returns how many tokens each run had. */
    public int tokens() {
        return tokens;
    }

    /** Returns how long the runs took. */
    public Timing timing() {
        return timing;
    }

    /**
     * Returns what reading {@code W_enc} once would take at the measured bandwidth, as a share of the median; empty if the work
     * does not read it.
     */
    public OptionalDouble shareOfBandwidth() {
        return shareOfBandwidth;
    }

    /** Returns what the product with {@code W_enc} would take at the measured peak of multiply-adds, likewise. */
    public OptionalDouble shareOfPeak() {
        return shareOfPeak;
    }

    /** Returns how many tokens a second the median run had. */
    public double tokensPerSecond() {
        return tokens / timing.median();
    }
}
