package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.sae4j.core.internal.host.DecoderNorms;

/**
 * The norms of the decoder's rows as tensors on a device, see {@link DecoderNorms}.
 *
 * @param factors {@code [d_sae]}, or no element
 * @param divisors {@code [d_sae]}, or no element
 * @param ranks {@code [d_sae]}, or no element
 */
record TorchNorms(PtNDArray factors, PtNDArray divisors, PtNDArray ranks) {

    /** Takes norms to the device of the manager that is to own them. */
    static TorchNorms of(DecoderNorms norms, PtNDManager owner) {
        return new TorchNorms(
                vector(norms.factors(), owner), vector(norms.divisors(), owner), vector(norms.ranks(), owner));
    }

    private static PtNDArray vector(float[] values, PtNDManager owner) {
        return TorchWeights.keep((PtNDArray) owner.create(values));
    }
}
