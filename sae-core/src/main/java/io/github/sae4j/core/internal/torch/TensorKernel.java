package io.github.sae4j.core.internal.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.internal.host.Encoded;
import io.github.sae4j.core.internal.host.Rows;
import org.jspecify.annotations.Nullable;

/**
 * An SAE that is open, as DJL's arrays see it. Arguments have been checked: any shape or type that does not fit would be
 * libtorch's to report. Safe to use from many threads; closing it while a call runs is not.
 */
public interface TensorKernel extends AutoCloseable {

    /** Returns a manager for the arrays of one call; the caller closes it. */
    NDManager newCall();

    /**
     * Encodes tokens to their active features.
     *
     * @param x {@code tokens * d_in} elements of float32, float16 or bfloat16, at least one token
     */
    TensorEncoded encodeSparse(NDManager call, NDArray x, int tokens);

    /**
     * Encodes tokens into a dense array.
     *
     * @param x {@code tokens * d_in} elements of float32, float16 or bfloat16, at least one token
     * @param dense float32 on the SAE's device, {@code [tokens, d_sae]}
     */
    void encodeDense(NDManager call, NDArray x, int tokens, NDArray dense);

    /**
     * Returns each token's scale and shift, without encoding.
     *
     * @param x {@code tokens * d_in} elements of float32, float16 or bfloat16, at least one token
     */
    Encoded normalize(NDManager call, NDArray x, int tokens);

    /**
     * Decodes active features.
     *
     * @param rows at least one token, indices below {@code d_sae}
     * @param out float32 on the SAE's device, {@code [tokens, d_out]}
     */
    void decode(NDManager call, Rows rows, float @Nullable [] scale, float @Nullable [] shift, NDArray out);

    /**
     * Decodes a dense array of features.
     *
     * @param features {@code tokens * d_sae} elements of float32, float16 or bfloat16, at least one token
     * @param out float32 on the SAE's device, {@code [tokens, d_out]}
     */
    void decodeDense(
            NDManager call,
            NDArray features,
            int tokens,
            float @Nullable [] scale,
            float @Nullable [] shift,
            NDArray out);

    /**
     * Adds what a reconstruction has beside the decoded features: the skip term of each token, and the part that was
     * predicted from the tokens before it, if the SAE has such.
     *
     * @param x {@code tokens * d_in} elements of float32, float16 or bfloat16, at least one token
     * @param encoded what encoding {@code x} gave
     * @param out float32 on the SAE's device, {@code [tokens, d_out]}
     */
    void completeReconstruction(NDManager call, NDArray x, TensorEncoded encoded, NDArray out);

    /** Returns a new float32 array on the SAE's device, not yet filled. */
    NDArray newArray(NDManager call, long... shape);

    /**
     * Lets in what the kernels can read.
     *
     * @throws SaeException if the array is closed, sparse, not PyTorch's, or not float32, float16 or bfloat16
     */
    void requireFloats(NDArray array, String name);

    /**
     * Returns the manager.
     *
     * @throws SaeException if it is closed, or not PyTorch's
     */
    default NDManager requireOpen(NDManager manager, String name) {
        return TensorChecks.requireOpen(manager, name);
    }

    @Override
    void close();
}
