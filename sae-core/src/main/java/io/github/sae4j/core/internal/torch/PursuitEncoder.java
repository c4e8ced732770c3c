package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import io.github.sae4j.core.MatchingPursuit;
import io.github.sae4j.core.internal.host.Rows;
import org.jspecify.annotations.Nullable;

/** Encodes by matching pursuit: one feature of each token after the other, over all of the decoder each time. */
final class PursuitEncoder implements TorchEncoder {

    private final Script script;
    private final TorchWeights weights;
    private final InputTransform transform;
    private final MatchingPursuit rule;

    PursuitEncoder(Script script, TorchWeights weights, InputTransform transform, MatchingPursuit rule) {
        this.script = script;
        this.weights = weights;
        this.transform = transform;
        this.rule = rule;
    }

    @Override
    public TensorEncoded encode(PtNDManager call, PtNDArray x, int tokens, @Nullable PtNDArray dense) {
        try (Script.Call encode = script.call("encode_by_pursuit")) {
            IValue[] results = transform
                    .with(encode.with(x), weights)
                    .with(weights.decoderBias())
                    .with(transform.subtractsDecoderBias())
                    .with(weights.decoder())
                    .with(transform.dSae())
                    .with(rule.residualThreshold())
                    .with(rule.iterations(transform.dIn()))
                    .with(rule.stopsOnDuplicateSupport())
                    .with(CHUNK_TOKENS)
                    .with(TorchKernel.blockOf(transform.dSae(), weights.device()))
                    .with(dense == null ? new PtNDArray[0] : new PtNDArray[] {dense})
                    .runToTuple();
            transform.requireFinite(results[0]);
            if (dense != null && transform.checksResults()) {
                try (Script.Call overflown = script.call("overflown")) {
                    transform.requireFiniteFeatures(
                            overflown.with(dense).with(0).runToLongs());
                }
            }
            Rows rows =
                    dense == null ? rows(results[3].toTensorArray(call), results[4].toTensorArray(call), tokens) : null;
            return transform.requireNormalised(
                    TensorEncoded.of(rows, results[1].toTensorArray(call), results[2].toTensorArray(call), tokens));
        }
    }

    private Rows rows(PtNDArray[] positions, PtNDArray[] values, int tokens) {
        Survivors survivors = new Survivors(tokens);
        for (int chunk = 0; chunk < positions.length; chunk++) {
            survivors.add(
                    chunk * CHUNK_TOKENS,
                    0,
                    transform.dSae(),
                    HostArrays.longs(positions[chunk]),
                    HostArrays.floats(values[chunk]));
        }
        return survivors.rows();
    }
}
