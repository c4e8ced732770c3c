package io.github.sae4j.core.internal.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import io.github.sae4j.core.internal.host.Encoded;
import io.github.sae4j.core.internal.host.Rows;
import org.jspecify.annotations.Nullable;

/**
 * What a kernel learnt of tokens that came as a tensor.
 *
 * @param encoded their features and factors
 * @param predicted what a reconstruction has beside the decoded features, {@code [tokens, d_out]} of the call's, or null
 */
public record TensorEncoded(Encoded encoded, @Nullable NDArray predicted) {

    /**
     * Returns what a kernel learnt that predicts nothing.
     *
     * @param rows the active features; null if they went to a dense array
     * @param scales the tokens' scales, chunk by chunk
     * @param shifts their shifts likewise
     * @param tokens how many tokens there are
     */
    static TensorEncoded of(@Nullable Rows rows, PtNDArray[] scales, PtNDArray[] shifts, int tokens) {
        return new TensorEncoded(
                new Encoded(rows, HostArrays.joined(scales, tokens), HostArrays.joined(shifts, tokens)), null);
    }
}
