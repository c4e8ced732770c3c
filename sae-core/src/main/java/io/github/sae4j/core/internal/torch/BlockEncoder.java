package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.internal.host.Rows;
import org.jspecify.annotations.Nullable;

/**
 * Encodes with libtorch, a block of features at a time.
 *
 * <p>On the CPU a block of weights is widened to float32 into a buffer that stays in cache, multiplied, and searched for
 * active features while it is there. On CUDA blocks are multiplied in the stored type. Where the rule limits how many
 * features stay active, the strongest so far of each token are kept from block to block.
 */
final class BlockEncoder implements TorchEncoder {

    private final Script script;
    private final TorchWeights weights;
    private final InputTransform transform;
    private final PtNDArray norms;
    private final int dSae;
    private final int blockFeatures;
    private final int mostActive;
    private final int chunkTokens;

    /**
     * Creates an encoder.
     *
     * @param norms what features are multiplied by, {@code [d_sae]}, or an array without elements
     */
    BlockEncoder(Script script, TorchWeights weights, InputTransform transform, BlockRule rule, PtNDArray norms) {
        this.script = script;
        this.weights = weights;
        this.transform = transform;
        this.norms = norms;
        this.dSae = rule.dSae();
        this.blockFeatures = TorchKernel.blockOf(dSae, weights.device());
        this.mostActive = rule.mostActive() < dSae ? rule.mostActive() : 0;
        // The strongest of all features come in one array, and the way to Java ends at 2 GiB.
        this.chunkTokens = Math.max(1, Math.min(CHUNK_TOKENS, HostArrays.VALUES_AT_ONCE / Math.max(1, mostActive)));
    }

    @Override
    public Encoded encode(PtNDManager call, PtNDArray x, int tokens, @Nullable PtNDArray dense) {
        try (Script.Call encode = script.call("encode")) {
            IValue[] results = transform
                    .with(encode.with(x))
                    .with(weights.decoderBias())
                    .with(transform.subtractsDecoderBias())
                    .with(weights.encoder())
                    .with(weights.bias())
                    .with(weights.parameters())
                    .with(norms)
                    .with(mostActive)
                    .with(chunkTokens)
                    .with(blockFeatures)
                    .with(dense == null ? new PtNDArray[0] : new PtNDArray[] {dense})
                    .runToTuple();
            transform.requireFinite(results[0]);
            Rows rows =
                    dense == null ? rows(results[3].toTensorArray(call), results[4].toTensorArray(call), tokens) : null;
            return Encoded.of(rows, results[1].toTensorArray(call), results[2].toTensorArray(call), tokens);
        }
    }

    private Rows rows(PtNDArray[] positions, PtNDArray[] values, int tokens) {
        Survivors survivors = new Survivors(tokens);
        // The strongest of a token are known after its last block only, so they come for all features together.
        int step = mostActive > 0 ? dSae : blockFeatures;
        int at = 0;
        for (long token = 0; token < tokens; token += chunkTokens) {
            for (long first = 0; first < dSae; first += step) {
                int count = (int) Math.min(step, dSae - first);
                survivors.add(
                        (int) token,
                        (int) first,
                        count,
                        HostArrays.longs(positions[at]),
                        HostArrays.floats(values[at]));
                at++;
            }
        }
        return survivors.rows();
    }
}
