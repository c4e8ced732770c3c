package io.github.sae4j.core.internal.host;

/**
 * Active features in compressed sparse rows, without the checks of the public type.
 *
 * @param offsets where each token's features begin, {@code [tokens + 1]}
 * @param indices the features, ascending within a token
 * @param values their values
 */
@SuppressWarnings("ArrayRecordComponent")
public record Rows(int[] offsets, int[] indices, float[] values) {}
