package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;

/**
 * The norms of the decoder's rows, {@code ||W_dec[i]||}, where features are rescaled by them.
 *
 * @param factors what features are multiplied by in encoding, {@code [d_sae]}; no element if they are not rescaled
 * @param divisors what features are divided by in decoding, {@code [d_sae]}; no element if they are not rescaled
 */
record DecoderNorms(PtNDArray factors, PtNDArray divisors) {

    /** Returns the norms if the rule asks for them; a row of zeros keeps its feature at 0, and divides it by 1. */
    static DecoderNorms of(KernelParts parts, Script script, TorchWeights weights, PtNDManager owner) {
        if (!parts.rule().rescalesByDecoderNorm()) {
            PtNDArray none = TorchWeights.keep((PtNDArray) owner.create(new float[0]));
            return new DecoderNorms(none, none);
        }
        int dSae = parts.config().dSae();
        try (Script.Call rowNorms = script.call("row_norms")) {
            PtNDArray norms = TorchWeights.keep(rowNorms.with(weights.decoder())
                    .with(TorchKernel.blockOf(dSae, weights.device()))
                    .with(dSae)
                    .with(weights.decoderBias())
                    .runToTensor(owner));
            try (Script.Call orOne = script.call("or_one").with(norms)) {
                return new DecoderNorms(norms, TorchWeights.keep(orOne.runToTensor(owner)));
            }
        }
    }
}
