package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import io.github.sae4j.core.internal.host.Rows;
import io.github.sae4j.core.internal.host.Stop;
import io.github.sae4j.core.internal.host.Tokens;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decodes with libtorch: sparse features by adding up the decoder's rows of those that are active, dense ones in the same
 * way if few are, by products with the whole decoder otherwise.
 */
final class TorchDecoder {

    /** Rows of the decoder that are widened together: few enough to stay in a CPU's cache, enough to keep a GPU busy. */
    private static final int CPU_PIECE_ROWS = 512;

    private static final int GPU_PIECE_ROWS = 8192;

    private final Script script;
    private final TorchWeights weights;
    private final InputTransform transform;
    private final PtNDArray norms;
    private final int dSae;
    private final int blockFeatures;
    private final int pieceRows;
    private final boolean onDevice;
    private final TokenChunks chunks;

    /**
     * Creates a decoder.
     *
     * @param norms what features are divided by, {@code [d_sae]}, or an array without elements
     * @param stop ends calls early
     */
    TorchDecoder(Script script, TorchWeights weights, InputTransform transform, PtNDArray norms, Stop stop) {
        this(
                script,
                weights,
                transform,
                norms,
                new TokenChunks("decoding", Integer.MAX_VALUE, TokenChunks.Memory.of(weights.device()), stop),
                weights.device().isGpu());
    }

    /**
     * Creates a decoder that works in a given way.
     *
     * @param onDevice whether the active features of dense arrays are packed before they come, as pays on CUDA
     */
    TorchDecoder(
            Script script,
            TorchWeights weights,
            InputTransform transform,
            PtNDArray norms,
            TokenChunks chunks,
            boolean onDevice) {
        this.script = script;
        this.weights = weights;
        this.norms = norms;
        this.dSae = transform.dSae();
        this.blockFeatures = TorchKernel.blockOf(dSae, weights.device());
        this.onDevice = onDevice;
        this.pieceRows = onDevice ? GPU_PIECE_ROWS : CPU_PIECE_ROWS;
        this.chunks = chunks;
        this.transform = transform;
    }

    /**
     * Decodes active features.
     *
     * @param rows at least one token, indices below {@code d_sae}
     * @param out float32 on the SAE's device, {@code [tokens, d_out]}
     */
    void decode(PtNDManager manager, Rows rows, float @Nullable [] scale, float @Nullable [] shift, PtNDArray out) {
        int tokens = rows.offsets().length - 1;
        chunks.run(tokens, (first, count) -> decode(manager, rows, first, first + count, 0, scale, shift, out));
    }

    /** Decodes some of the rows; the first row of all is of token {@code origin}. */
    private void decode(
            PtNDManager call,
            Rows rows,
            int first,
            int end,
            int origin,
            float @Nullable [] scale,
            float @Nullable [] shift,
            PtNDArray out) {
        int[] offsets = rows.offsets();
        int from = first;
        while (from < end) {
            int most = Math.min(end - from, Tokens.VALUES_AT_ONCE);
            int to = from + 1;
            while (to < from + most && offsets[to + 1] - offsets[from] <= Tokens.VALUES_AT_ONCE) {
                to++;
            }
            decodeAtOnce(call, rows, from, to, origin, scale, shift, out);
            from = to;
        }
    }

    private void decodeAtOnce(
            PtNDManager parent,
            Rows rows,
            int from,
            int to,
            int origin,
            float @Nullable [] scale,
            float @Nullable [] shift,
            PtNDArray out) {
        int begin = rows.offsets()[from];
        int end = rows.offsets()[to];
        int[] offsets = new int[to - from + 1];
        Arrays.setAll(offsets, token -> rows.offsets()[from + token] - begin);
        DecodePieces pieces = DecodePieces.of(offsets, pieceRows);
        TorchMatrix decoder = weights.decoderRows().forRows(end - begin);
        try (PtNDManager call = parent.newSubManager(weights.device());
                Script.Call decode = script.call("decode_sparse")) {
            long[] bad = decode.with(HostArrays.ofInts(call, offsets, 0, offsets.length))
                    .with(HostArrays.ofInts(call, rows.indices(), begin, end))
                    .with(HostArrays.ofFloats(call, rows.values(), begin, end))
                    .with(pieces.flat())
                    .with(pieces.largest())
                    .with(decoder.parts())
                    .with(decoder.transposed())
                    .with(norms)
                    .with(weights.decoderBias())
                    .with(factors(call, scale, origin + from, origin + to))
                    .with(factors(call, shift, origin + from, origin + to))
                    .with(transform.scale())
                    .with(weights.outputAffine())
                    .with(out)
                    .with(origin + from)
                    .with(transform.checksResults())
                    .runToLongs();
            InputTransform.requireFiniteDecoded(bad, dOut());
        }
    }

    /**
     * Decodes a dense array of features: by its active features if they are few, by the whole decoder otherwise.
     *
     * @param features {@code tokens * d_sae} elements of float32, float16 or bfloat16, at least one token
     * @param out float32 on the SAE's device, {@code [tokens, d_out]}
     */
    void decodeDense(
            PtNDManager call,
            PtNDArray features,
            int tokens,
            float @Nullable [] scale,
            float @Nullable [] shift,
            PtNDArray out) {
        chunks.run(tokens, (first, count) -> {
            try (PtNDManager chunk = call.newSubManager(weights.device())) {
                decodeDense(chunk, features, first, count, scale, shift, out);
            }
        });
    }

    private void decodeDense(
            PtNDManager call,
            PtNDArray features,
            int first,
            int count,
            float @Nullable [] scale,
            float @Nullable [] shift,
            PtNDArray out) {
        // A position or an index and a value for each, 8 bytes or more, come in arrays of at most 2 GiB.
        long few = Math.min((long) count * dSae / 16, Integer.MAX_VALUE / (2 * Long.BYTES));
        try (Script.Call nonzeros = script.call("nonzeros")) {
            IValue[] results = nonzeros.with(features)
                    .with(dSae)
                    .with(first)
                    .with(count)
                    .with(weights.decoderBias())
                    .with(transform.checksFinite())
                    .with(few)
                    .with(onDevice)
                    .runToTuple();
            InputTransform.requireFinite(results[0], "features", dSae);
            PtNDArray[] found = results[2].toTensorArray(call);
            if (found.length > 0) {
                decode(call, active(found, count), 0, count, first, scale, shift, out);
                return;
            }
            PtNDArray wideFeatures = results[1].toTensor(call);
            try (Script.Call decode = script.call("decode_dense")) {
                long[] bad = decode.with(wideFeatures)
                        .with(weights.decoder())
                        .with(blockFeatures)
                        .with(norms)
                        .with(weights.decoderBias())
                        .with(factors(call, scale, first, first + count))
                        .with(factors(call, shift, first, first + count))
                        .with(transform.scale())
                        .with(weights.outputAffine())
                        .with(out)
                        .with(first)
                        .with(transform.checksResults())
                        .runToLongs();
                InputTransform.requireFiniteDecoded(bad, dOut());
            }
        }
    }

    private Rows active(PtNDArray[] found, int tokens) {
        if (onDevice) {
            return ChunkRows.unpacked(found[0], tokens);
        }
        Survivors survivors = new Survivors(tokens);
        survivors.add(0, 0, dSae, HostArrays.longs(found[0]), HostArrays.floats(found[1]));
        return survivors.rows();
    }

    /**
     * Adds the skip term of each token, {@code x @ W_skipᵀ}, if there is one.
     *
     * @param x {@code tokens * d_in} elements of float32, float16 or bfloat16, at least one token
     * @param out float32 on the SAE's device, {@code [tokens, d_out]}
     */
    void addSkip(PtNDArray x, PtNDArray out) {
        TorchMatrix skip = weights.skip();
        if (skip == null) {
            return;
        }
        int dOut = dOut();
        try (Script.Call addSkip = script.call("add_skip")) {
            addSkip.with(x)
                    .with(transform.dIn())
                    .with(skip)
                    .with(dOut)
                    .with(TorchKernel.blockOf(dOut, weights.device()))
                    .with(TorchEncoder.CHUNK_TOKENS)
                    .with(out)
                    .runInPlace();
        }
    }

    /**
     * Lets in what is finite.
     *
     * @param out float32 on the SAE's device, {@code [tokens, d_out]}
     */
    void requireFinite(PtNDArray out) {
        if (transform.checksResults()) {
            try (Script.Call overflown = script.call("overflown")) {
                InputTransform.requireFiniteDecoded(overflown.with(out).with(0).runToLongs(), dOut());
            }
        }
    }

    private int dOut() {
        return (int) weights.decoderBias().getShape().size();
    }

    /** Returns the factors of some tokens, or an array without elements if there are none. */
    private static PtNDArray factors(PtNDManager call, float @Nullable [] values, int from, int to) {
        return values == null
                ? HostArrays.ofFloats(call, new float[0], 0, 0)
                : HostArrays.ofFloats(call, values, from, to);
    }
}
