package io.github.sae4j.core;

/**
 * One active feature of one token.
 *
 * <pre>{@code
 * SparseFeatures features = sae.encode(activation);
 * int[] strongest = features.top(0, 10).stream().mapToInt(Feature::index).toArray();
 * float[][] ablated = sae.decode(features.without(strongest));
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @param index which feature, from 0 to {@code d_sae - 1}
 * @param value how strongly it is active
 * @since 0.1
 */
public record Feature(int index, float value) {}
