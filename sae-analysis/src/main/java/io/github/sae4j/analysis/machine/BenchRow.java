package io.github.sae4j.analysis.machine;

import java.util.Objects;
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
 * @param work the work, in a word or two
 * @param tokens how many tokens each run had
 * @param timing how long the runs took
 * @param shareOfBandwidth what reading {@code W_enc} once would take at the measured bandwidth, as a share of the median;
 *     empty if the work does not read it
 * @param shareOfPeak what the product with {@code W_enc} would take at the measured peak of multiply-adds, likewise
 * @since 0.1
 */
public record BenchRow(
        String work, int tokens, Timing timing, OptionalDouble shareOfBandwidth, OptionalDouble shareOfPeak) {

    /** Checks that nothing is missing. */
    public BenchRow {
        Objects.requireNonNull(work, "work");
        Objects.requireNonNull(timing, "timing");
        Objects.requireNonNull(shareOfBandwidth, "shareOfBandwidth");
        Objects.requireNonNull(shareOfPeak, "shareOfPeak");
    }

    /** Returns how many tokens a second the median run had. */
    public double tokensPerSecond() {
        return tokens / timing.median();
    }
}
