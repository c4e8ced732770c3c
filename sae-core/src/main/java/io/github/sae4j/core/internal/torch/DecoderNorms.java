package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;

/**
 * The norms of the decoder's rows, {@code ||W_dec[i]||}, where features are rescaled by them. The rows are those that
 * give activations, so with an input scale {@code s} their norms are {@code ||W_dec[i]|| / s}.
 *
 * @param factors what features are multiplied by in encoding, {@code [d_sae]}; no element if they are not rescaled
 * @param divisors what features are divided by in decoding, {@code [d_sae]}; no element if they are not rescaled
 */
record DecoderNorms(PtNDArray factors, PtNDArray divisors) {

    /** What SAELens takes for the norm of a shorter row when it folds norms. */
    private static final double SHORTEST = 1e-8;

    /** Returns norms that rescale nothing. */
    static DecoderNorms none(PtNDManager owner) {
        PtNDArray none = TorchWeights.keep((PtNDArray) owner.create(new float[0]));
        return new DecoderNorms(none, none);
    }

    /** Returns norms as they are; a row of zeros keeps its feature at 0, and divides it by 1. */
    static DecoderNorms exact(Script script, TorchWeights weights, InputTransform transform, PtNDManager owner) {
        PtNDArray norms = norms(script, weights, transform, owner);
        try (Script.Call orOne = script.call("or_one").with(norms)) {
            return new DecoderNorms(norms, TorchWeights.keep(orOne.runToTensor(owner)));
        }
    }

    /** Returns norms of at least {@value #SHORTEST}. */
    static DecoderNorms folded(Script script, TorchWeights weights, InputTransform transform, PtNDManager owner) {
        PtNDArray norms = norms(script, weights, transform, owner);
        try (Script.Call atLeast = script.call("at_least").with(norms).with(SHORTEST)) {
            PtNDArray clamped = TorchWeights.keep(atLeast.runToTensor(owner));
            return new DecoderNorms(clamped, clamped);
        }
    }

    private static PtNDArray norms(Script script, TorchWeights weights, InputTransform transform, PtNDManager owner) {
        try (Script.Call rowNorms = script.call("row_norms")) {
            return TorchWeights.keep(rowNorms.with(weights.decoder())
                    .with(TorchKernel.blockOf(transform.dSae(), weights.device()))
                    .with(transform.dSae())
                    .with(weights.decoderBias())
                    .with(transform.scale())
                    .runToTensor(owner));
        }
    }
}
