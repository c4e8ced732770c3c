package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import org.jspecify.annotations.Nullable;

/** Encodes with libtorch. */
interface TorchEncoder {

    /** Enough tokens to make the product efficient, few enough for a chunk's block to stay in cache. */
    int CHUNK_TOKENS = 1024;

    /**
     * Encodes tokens.
     *
     * @param x {@code tokens * d_in} elements of float32, float16 or bfloat16, at least one token
     * @param dense float32 on the SAE's device, {@code [tokens, d_sae]}, or null for sparse rows
     */
    TensorEncoded encode(PtNDManager call, PtNDArray x, int tokens, @Nullable PtNDArray dense);
}
