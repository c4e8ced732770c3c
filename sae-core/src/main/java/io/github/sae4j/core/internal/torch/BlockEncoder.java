package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.Strength;
import io.github.sae4j.core.internal.host.Rows;
import io.github.sae4j.core.internal.host.SelectionRule;
import io.github.sae4j.core.internal.host.Stop;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encodes with libtorch, a chunk of tokens and a block of features at a time.
 *
 * <p>On the CPU a block of weights is widened to float32 into a buffer that stays in cache, multiplied, and searched for
 * active features while it is there. On CUDA blocks are multiplied in the stored type, and the active features of a chunk
 * are packed there before they come to Java. Where the rule limits how many features stay active, the strongest so far of
 * each token are kept from block to block.
 */
final class BlockEncoder implements TorchEncoder {

    /** With so many tokens at most, rows of the encoder are multiplied as they stream by. */
    private static final int STREAMED_TOKENS = 16;

    /** Numbers of rows that are widened at a time. */
    private static final int STREAMED_NUMBERS = 1 << 20;

    private final Script script;
    private final TorchWeights weights;
    private final InputTransform transform;
    private final TorchNorms norms;
    private final int dSae;
    private final int groupSize;
    private final int blockFeatures;
    private final int mostActive;
    private final boolean signed;
    private final boolean byMagnitude;
    private final boolean onDevice;
    private final TokenChunks chunks;

    /**
     * Creates an encoder.
     *
     * @param norms what features and their strengths are multiplied by
     * @param stop ends calls early
     */
    BlockEncoder(
            Script script,
            TorchWeights weights,
            InputTransform transform,
            BlockRule rule,
            TorchNorms norms,
            Stop stop) {
        this(
                script,
                weights,
                transform,
                rule,
                norms,
                ChunkSize.of(weights.device(), transform.dIn(), rule.dSae(), SelectionRule.limit(rule)),
                weights.device().isGpu(),
                stop);
    }

    /**
     * Creates an encoder that works in a given way.
     *
     * @param onDevice whether active features are selected without waiting for a block's, and packed, as pays on CUDA;
     *     results do not depend on it
     */
    BlockEncoder(
            Script script,
            TorchWeights weights,
            InputTransform transform,
            BlockRule rule,
            TorchNorms norms,
            ChunkSize size,
            boolean onDevice,
            Stop stop) {
        this.script = script;
        this.weights = weights;
        this.transform = transform;
        this.norms = norms;
        this.dSae = rule.dSae();
        this.mostActive = SelectionRule.limit(rule);
        this.signed = SelectionRule.lowestStrength(rule) < 0;
        this.byMagnitude = rule.strength() == Strength.MAGNITUDE;
        this.groupSize = SelectionRule.groupSize(rule);
        ChunkSize whole = size.ofWholeGroups(groupSize);
        this.blockFeatures = whole.features();
        this.onDevice = onDevice;
        this.chunks = new TokenChunks("encoding", whole.tokens(), TokenChunks.Memory.of(weights.device()), stop);
    }

    @Override
    public TensorEncoded encode(PtNDManager call, PtNDArray x, int tokens, @Nullable PtNDArray dense) {
        PtNDArray rows = tokens > chunks.most() ? rowsOf(call, x) : x;
        List<PtNDArray> scales = new ArrayList<>();
        List<PtNDArray> shifts = new ArrayList<>();
        List<Rows> found = new ArrayList<>();
        chunks.run(tokens, (first, count) -> {
            boolean streams = streams(count);
            int block = streams ? dSae : blockFeatures;
            try (PtNDManager chunk = call.newSubManager(weights.device());
                    Script.Call encode = script.call("encode")) {
                IValue[] results = transform
                        .with(encode.with(rows), weights)
                        .with(weights.decoderBias())
                        .with(transform.subtractsDecoderBias())
                        .with(weights.encoder())
                        .with(weights.bias())
                        .with(weights.parameters())
                        .with(norms.factors())
                        .with(norms.ranks())
                        .with(mostActive)
                        .with(signed)
                        .with(byMagnitude)
                        .with(groupSize)
                        .with(first)
                        .with(count)
                        .with(block)
                        .with(streams ? Math.max(1, STREAMED_NUMBERS / dSae) : 0)
                        .with(onDevice)
                        .with(transform.checksResults())
                        .with(dense == null ? new PtNDArray[0] : new PtNDArray[] {dense})
                        .runToTuple();
                transform.requireFinite(results[0]);
                transform.requireFiniteFeatures(results[5].toLongArray());
                if (dense == null) {
                    found.add(active(results[3].toTensorArray(chunk), results[4].toTensorArray(chunk), count, block));
                }
                scales.add(results[1].toTensor(call));
                shifts.add(results[2].toTensor(call));
            }
        });
        return transform.requireNormalised(TensorEncoded.of(
                dense == null ? ChunkRows.joined(found) : null,
                scales.toArray(PtNDArray[]::new),
                shifts.toArray(PtNDArray[]::new),
                tokens));
    }

    /** Copies activations once that do not lie row after row, rather than for each chunk. */
    private PtNDArray rowsOf(PtNDManager call, PtNDArray x) {
        try (Script.Call asRows = script.call("as_rows")) {
            return asRows.with(x).with(transform.dIn()).runToTensor(call);
        }
    }

    /** Columns of a block lie in as many pages as there are inputs, which costs few tokens more than their products. */
    private boolean streams(int tokens) {
        return tokens <= STREAMED_TOKENS && !onDevice && !weights.encoder().transposed();
    }

    private Rows active(PtNDArray[] positions, PtNDArray[] values, int tokens, int blockWidth) {
        if (onDevice) {
            return ChunkRows.unpacked(positions[0], tokens);
        }
        Survivors survivors = new Survivors(tokens);
        // The strongest of a token are known after its last block only, so they come for all features together.
        int step = mostActive > 0 ? dSae : blockWidth;
        for (int block = 0; block < positions.length; block++) {
            int first = block * step;
            int count = Math.min(step, dSae - first);
            survivors.add(0, first, count, HostArrays.longs(positions[block]), HostArrays.floats(values[block]));
        }
        return survivors.rows();
    }
}
