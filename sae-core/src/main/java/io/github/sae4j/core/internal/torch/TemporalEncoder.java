package io.github.sae4j.core.internal.torch;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import io.github.sae4j.core.internal.host.Encoded;
import io.github.sae4j.core.internal.host.Stop;
import org.jspecify.annotations.Nullable;

/**
 * Encodes sequences: takes from each token what attention over the tokens before predicts, one sequence after the other,
 * and encodes the rest block by block.
 */
final class TemporalEncoder implements TorchEncoder {

    /** Few enough for a chunk's dense features and scores to stay small. */
    private static final int SEQUENCE_CHUNK = 256;

    private final Script script;
    private final TorchWeights weights;
    private final InputTransform transform;
    private final BlockEncoder novel;
    private final double factor;
    private final Stop stop;

    /**
     * Creates an encoder.
     *
     * @param novel encodes what is left, without a transform but for the factor
     * @param factor what residuals are multiplied by before the encoder
     * @param stop ends calls between two sequences
     */
    TemporalEncoder(
            Script script,
            TorchWeights weights,
            InputTransform transform,
            BlockEncoder novel,
            double factor,
            Stop stop) {
        this.script = script;
        this.weights = weights;
        this.transform = transform;
        this.novel = novel;
        this.factor = factor;
        this.stop = stop;
    }

    /**
     * Encodes sequences.
     *
     * @param x {@code [batch, sequence, d_in]}
     */
    @Override
    public TensorEncoded encode(PtNDManager call, PtNDArray x, int tokens, @Nullable PtNDArray dense) {
        try (Script.Call prepare = script.call("transform")) {
            IValue[] results = transform
                    .with(prepare.with(x), weights)
                    .with(weights.decoderBias())
                    .with(transform.subtractsDecoderBias())
                    .runToTuple();
            transform.requireFinite(results[0]);
            PtNDArray residual = results[1].toTensor(call);
            PtNDArray scale = results[2].toTensor(call);
            PtNDArray shift = results[3].toTensor(call);
            PtNDArray predicted =
                    predict(call, residual, tokens, (int) x.getShape().get(1));
            try (Script.Call undo = script.call("undo_scales")) {
                undo.with(predicted).with(scale).with(transform.scale()).runInPlace();
            }
            Encoded encoded = new Encoded(
                    novel.encode(call, residual, tokens, dense).encoded().rows(),
                    HostArrays.joined(new PtNDArray[] {scale}, tokens),
                    HostArrays.joined(new PtNDArray[] {shift}, tokens));
            return new TensorEncoded(encoded, predicted);
        }
    }

    /** Takes the predicted part of each token from the residual, and returns it. */
    private PtNDArray predict(PtNDManager call, PtNDArray residual, int tokens, int sequence) {
        PtNDArray predicted =
                HostArrays.empty(call, new Shape(tokens, transform.dIn()), DataType.FLOAT32, weights.device());
        try (Script.Call clear = script.call("cleared").with(predicted)) {
            clear.runInPlace();
        }
        for (int first = 0; first < tokens; first += sequence) {
            for (TorchAttention layer : weights.attention()) {
                stop.requireGoingOn(true);
                try (Script.Call predict = script.call("predict")) {
                    layer.with(predict.with(residual)
                                    .with(predicted)
                                    .with(first)
                                    .with(sequence)
                                    .with(factor)
                                    .with(weights.encoder())
                                    .with(weights.decoder()))
                            .with(weights.heads())
                            .with(SEQUENCE_CHUNK)
                            .with(TorchKernel.blockOf(transform.dSae(), weights.device()))
                            .runInPlace();
                }
            }
        }
        return predicted;
    }
}
