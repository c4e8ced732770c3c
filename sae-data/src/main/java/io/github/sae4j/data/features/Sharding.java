package io.github.sae4j.data.features;

/**
 * How output is divided into files.
 *
 * <pre>{@code
 * Sharding sharding = new Sharding(1_000_000, true, false);         // goes on after an interruption, replaces nothing
 * }</pre>
 *
 * @param tokens how many tokens each file has, at least 1
 * @param resume whether to go on with what an interrupted run has left
 * @param replace whether files that are in the way may be replaced
 * @since 0.1
 */
public record Sharding(long tokens, boolean resume, boolean replace) {

    /** Checks the size. */
    public Sharding {
        if (tokens < 1) {
            throw new IllegalArgumentException("A shard has at least 1 token, not " + tokens + ".");
        }
    }
}
