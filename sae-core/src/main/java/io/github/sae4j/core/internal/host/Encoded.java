package io.github.sae4j.core.internal.host;

import org.jspecify.annotations.Nullable;

/**
 * What a kernel learnt of the tokens that it encoded.
 *
 * @param rows the active features; null if they went to a dense array
 * @param scale each token's scale, or null if nothing is normalised
 * @param shift each token's shift, or null if there is none
 */
@SuppressWarnings("ArrayRecordComponent")
public record Encoded(@Nullable Rows rows, float @Nullable [] scale, float @Nullable [] shift) {}
