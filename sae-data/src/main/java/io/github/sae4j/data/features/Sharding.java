package io.github.sae4j.data.features;

/**
 * How output is divided into files. Immutable, and so safe for use by several threads.
 *
 * <pre>{@code
 * Sharding sharding = Sharding.of(1_000_000).resuming();
 * }</pre>
 *
 * @since 0.1
 */
public final class Sharding {

    private final long tokens;
    private final boolean resume;
    private final boolean replace;

    private Sharding(long tokens, boolean resume, boolean replace) {
        this.tokens = tokens;
        this.resume = resume;
        this.replace = replace;
    }

    /**
     * Returns shards that replace nothing and begin with the first token.
     *
     * @param tokens how many tokens each file has
     * @throws IllegalArgumentException if it is less than 1
     */
    public static Sharding of(long tokens) {
        if (tokens < 1) {
            throw new IllegalArgumentException("A shard has at least 1 token, not " + tokens + ".");
        }
        return new Sharding(tokens, false, false);
    }

    /** Returns the same shards for a run that goes on with what an interrupted one has left. */
    public Sharding resuming() {
        return new Sharding(tokens, true, replace);
    }

    /** Returns the same shards for a run that may replace files that are in the way. */
    public Sharding replacing() {
        return new Sharding(tokens, resume, true);
    }

    /** Returns how many tokens each file has, at least 1. */
    public long tokens() {
        return tokens;
    }

    /** Returns whether to go on with what an interrupted run has left. */
    public boolean resumes() {
        return resume;
    }

    /** Returns whether files that are in the way may be replaced. */
    public boolean replaces() {
        return replace;
    }
}
