package io.github.sae4j.data;

/**
 * A stretch of tokens, at least one.
 *
 * <pre>{@code
 * TokenRange range = new TokenRange(0, 100_000);
 * try (Activations activations = Activations.from(Path.of("x.parquet")).tokens(range).openFor(sae)) {
 *     long tokens = activations.layout().tokens();                  // 100,000, or all of a file with fewer
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @param from the first, counted from 0
 * @param to the one after the last, which may lie beyond all that there are
 * @since 0.1
 */
public record TokenRange(long from, long to) {

    /** Every token. */
    public static final TokenRange ALL = new TokenRange(0, Long.MAX_VALUE);

    /**
     * Checks that it is a stretch.
     *
     * @throws IllegalArgumentException if it begins before 0, or does not end after its first token
     */
    public TokenRange {
        if (from < 0) {
            throw new IllegalArgumentException(
                    "A stretch of tokens begins at 0 or later, but this one begins at " + from + ".");
        }
        if (to <= from) {
            throw new IllegalArgumentException("A stretch of tokens ends after its first one, but this one begins at "
                    + from + " and ends before " + to + ".");
        }
    }

    /** Returns whether it takes every token. */
    public boolean isAll() {
        return equals(ALL);
    }

    /** Returns the setting that takes these tokens, as {@code A:B}, where either may be left away. */
    public Setting.Value setting() {
        return Setting.TOKENS.of((from == 0 ? "" : from) + ":" + (to == Long.MAX_VALUE ? "" : to));
    }
}
