package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.sae4j.core.Activation;
import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.Strength;

/**
 * The norms of the decoder's rows, {@code ||W_dec[i]||}, where features are rescaled by them. The rows are those that
 * give activations, so with an input scale {@code s} their norms are {@code ||W_dec[i]|| / s}.
 *
 * @param factors what features are multiplied by in encoding, {@code [d_sae]}; no element if they are not rescaled
 * @param divisors what features are divided by in decoding, {@code [d_sae]}; no element if they are not rescaled
 * @param ranks what values are multiplied by to find the strongest, {@code [d_sae]}; no element if they are not
 */
record DecoderNorms(PtNDArray factors, PtNDArray divisors, PtNDArray ranks) {

    /** What SAELens takes for the norm of a shorter row when it folds norms. */
    private static final double SHORTEST = 1e-8;

    /**
     * Returns the norms that a rule needs.
     *
     * @param fold whether features are to be those of unit decoder rows
     */
    static DecoderNorms of(
            Activation rule,
            boolean fold,
            Script script,
            TorchWeights weights,
            InputTransform transform,
            PtNDManager owner) {
        if (rule instanceof BlockRule blockRule && blockRule.rescalesByDecoderNorm()) {
            return exact(script, weights, transform, owner);
        }
        if (rule instanceof BlockRule blockRule && blockRule.strength() == Strength.CONTRIBUTION) {
            return fold
                    ? choosingFolded(script, weights, transform, owner)
                    : choosing(script, weights, transform, owner);
        }
        return fold ? folded(script, weights, transform, owner) : none(owner);
    }

    /** Returns norms that rescale nothing. */
    private static DecoderNorms none(PtNDManager owner) {
        PtNDArray none = empty(owner);
        return new DecoderNorms(none, none, none);
    }

    private static PtNDArray empty(PtNDManager owner) {
        return TorchWeights.keep((PtNDArray) owner.create(new float[0]));
    }

    /** Returns norms as they are; a row of zeros keeps its feature at 0, and divides it by 1. */
    private static DecoderNorms exact(
            Script script, TorchWeights weights, InputTransform transform, PtNDManager owner) {
        PtNDArray norms = norms(script, weights, transform, owner);
        try (Script.Call orOne = script.call("or_one").with(norms)) {
            return new DecoderNorms(norms, TorchWeights.keep(orOne.runToTensor(owner)), empty(owner));
        }
    }

    /** Returns norms of at least {@value #SHORTEST}. */
    private static DecoderNorms folded(
            Script script, TorchWeights weights, InputTransform transform, PtNDManager owner) {
        PtNDArray clamped = clamped(script, norms(script, weights, transform, owner), owner);
        return new DecoderNorms(clamped, clamped, empty(owner));
    }

    private static PtNDArray clamped(Script script, PtNDArray norms, PtNDManager owner) {
        try (Script.Call atLeast = script.call("at_least").with(norms).with(SHORTEST)) {
            return TorchWeights.keep(atLeast.runToTensor(owner));
        }
    }

    /** Returns norms that only the strongest are found by; a row of zeros keeps its feature from being one. */
    private static DecoderNorms choosing(
            Script script, TorchWeights weights, InputTransform transform, PtNDManager owner) {
        PtNDArray none = empty(owner);
        return new DecoderNorms(none, none, norms(script, weights, transform, owner));
    }

    /** Returns norms of at least {@value #SHORTEST}, and what finds the same strongest features as {@link #choosing}. */
    private static DecoderNorms choosingFolded(
            Script script, TorchWeights weights, InputTransform transform, PtNDManager owner) {
        PtNDArray norms = norms(script, weights, transform, owner);
        PtNDArray clamped = clamped(script, norms, owner);
        try (Script.Call quotient = script.call("quotient").with(norms).with(clamped)) {
            return new DecoderNorms(clamped, clamped, TorchWeights.keep(quotient.runToTensor(owner)));
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
