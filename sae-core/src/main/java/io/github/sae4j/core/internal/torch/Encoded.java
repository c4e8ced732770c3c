package io.github.sae4j.core.internal.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import io.github.sae4j.core.internal.host.Rows;
import org.jspecify.annotations.Nullable;

/**
 * What a kernel learnt of the tokens that it encoded.
 *
 * @param rows the active features; null if they went to a dense array
 * @param scale each token's scale, or null if nothing is normalised
 * @param shift each token's shift, or null if there is none
 * @param predicted what a reconstruction has beside the decoded features, {@code [tokens, d_out]} of the call's, or null
 */
@SuppressWarnings("ArrayRecordComponent")
public record Encoded(
        @Nullable Rows rows,
        float @Nullable [] scale,
        float @Nullable [] shift,
        @Nullable NDArray predicted) {

    /**
     * Returns what a kernel learnt that predicts nothing.
     *
     * @param rows the active features; null if they went to a dense array
     * @param scales the tokens' scales, chunk by chunk
     * @param shifts their shifts likewise
     * @param tokens how many tokens there are
     */
    static Encoded of(@Nullable Rows rows, PtNDArray[] scales, PtNDArray[] shifts, int tokens) {
        return new Encoded(rows, HostArrays.joined(scales, tokens), HostArrays.joined(shifts, tokens), null);
    }
}
