package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import io.github.sae4j.core.Activation;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Encodes and decodes with libtorch, a block of features at a time.
 *
 * <p>On the CPU a block of weights is widened to float32 into a buffer that stays in cache, multiplied, and searched for
 * active features while it is there. On CUDA blocks are multiplied in the stored type. Arguments have been checked: any
 * shape or type that does not fit would be libtorch's to report.
 *
 * <p>Safe to use from many threads; closing it while a call runs is not.
 */
public final class TorchKernel implements AutoCloseable {

    /** Enough tokens to make the product efficient, few enough for a chunk's block to stay in cache. */
    private static final int CHUNK_TOKENS = 1024;

    private static final int CPU_BLOCK_FEATURES = 512;
    private static final int GPU_BLOCK_FEATURES = 8192;

    /** Rows of the decoder that are widened together. */
    private static final int PIECE_ROWS = 512;

    private final SaeConfig config;
    private final boolean checkFinite;
    private final Script script;
    private final TorchWeights weights;
    private final PtNDManager calls;
    private final PtNDArray[] wEnc;
    private final PtNDArray[] wDec;
    private final PtNDArray bDec;
    private final PtNDArray bias;
    private final PtNDArray[] parameters;
    private final boolean widenEncoder;
    private final boolean widenDecoder;
    private final int blockFeatures;

    private TorchKernel(
            SaeConfig config,
            WeightMatrix encoder,
            WeightMatrix decoder,
            float[] decoderBias,
            Activation activation,
            TorchWeights weights,
            Script script,
            boolean checkFinite) {
        boolean cpu = !weights.device().isGpu();
        this.config = config;
        this.checkFinite = checkFinite;
        this.script = script;
        this.weights = weights;
        this.wEnc = weights.matrix(encoder);
        this.wDec = weights.matrix(decoder);
        this.bDec = weights.vector(decoderBias);
        this.bias = weights.vector(activation.bias());
        this.parameters = activation.parameters().stream().map(weights::vector).toArray(PtNDArray[]::new);
        this.widenEncoder = cpu && (encoder.type() != WeightType.FLOAT32 || wEnc.length > 1);
        this.widenDecoder = cpu && decoder.type() != WeightType.FLOAT32;
        this.blockFeatures = Math.min(config.dSae(), cpu ? CPU_BLOCK_FEATURES : GPU_BLOCK_FEATURES);
        this.calls = TorchRuntime.newManager(weights.device());
    }

    /**
     * Takes weights to a device; parts have been checked to fit each other.
     *
     * @throws SaeException if the engine fails
     */
    public static TorchKernel open(
            SaeConfig config,
            WeightMatrix encoder,
            WeightMatrix decoder,
            float[] decoderBias,
            Activation activation,
            Device device,
            boolean checkFinite) {
        Script script = Script.withRule(activation.torchScript());
        TorchWeights weights = new TorchWeights(device, script);
        try {
            TorchKernel kernel =
                    new TorchKernel(config, encoder, decoder, decoderBias, activation, weights, script, checkFinite);
            weights.seal();
            return kernel;
        } catch (RuntimeException e) {
            weights.close();
            throw new SaeException("The weights could not be taken to " + device + ": " + e.getMessage(), e);
        }
    }

    /** Returns what the user sees as the kernel's name. */
    public String name() {
        return "torchscript";
    }

    /** Returns the device that the weights are on. */
    public Device device() {
        return weights.device();
    }

    /** Returns a manager for the arrays of one call; the caller closes it. */
    public NDManager newCall() {
        return calls.newSubManager();
    }

    /**
     * Encodes tokens to their active features.
     *
     * @param x {@code tokens * d_in} elements of float32, float16 or bfloat16, at least one token
     */
    public Encoded encodeSparse(NDManager call, NDArray x, int tokens) {
        return encode((PtNDManager) call, (PtNDArray) x, tokens, null);
    }

    /**
     * Encodes tokens into a dense array.
     *
     * @param x {@code tokens * d_in} elements of float32, float16 or bfloat16, at least one token
     * @param dense float32 on the SAE's device, {@code [tokens, d_sae]}
     */
    public Encoded encodeDense(NDManager call, NDArray x, int tokens, NDArray dense) {
        return encode((PtNDManager) call, (PtNDArray) x, tokens, (PtNDArray) dense);
    }

    private Encoded encode(PtNDManager call, PtNDArray x, int tokens, @Nullable PtNDArray dense) {
        try (Script.Call encode = script.call("encode")) {
            IValue[] results = encode.with(x)
                    .with(config.dIn())
                    .with(wEnc)
                    .with(widenEncoder)
                    .with(bDec)
                    .with(bias)
                    .with(parameters)
                    .with(normalizationCode())
                    .with(config.applyBDecToInput())
                    .with(checkFinite)
                    .with(CHUNK_TOKENS)
                    .with(blockFeatures)
                    .with(dense == null ? new PtNDArray[0] : new PtNDArray[] {dense})
                    .runToTuple();
            requireFinite(results[0].toLongArray(), "activations", config.dIn());
            Rows rows =
                    dense == null ? rows(results[3].toTensorArray(call), results[4].toTensorArray(call), tokens) : null;
            return new Encoded(
                    rows,
                    HostArrays.joined(results[1].toTensorArray(call), tokens),
                    HostArrays.joined(results[2].toTensorArray(call), tokens));
        }
    }

    private Rows rows(PtNDArray[] positions, PtNDArray[] values, int tokens) {
        Survivors survivors = new Survivors(tokens);
        int at = 0;
        for (int token = 0; token < tokens; token += CHUNK_TOKENS) {
            for (int first = 0; first < config.dSae(); first += blockFeatures) {
                int count = Math.min(blockFeatures, config.dSae() - first);
                survivors.add(token, first, count, HostArrays.longs(positions[at]), HostArrays.floats(values[at]));
                at++;
            }
        }
        return survivors.rows();
    }

    /**
     * Returns each token's scale and shift, without encoding.
     *
     * @param x {@code tokens * d_in} elements of float32, float16 or bfloat16, at least one token
     */
    public Encoded normalize(NDManager manager, NDArray x, int tokens) {
        PtNDManager call = (PtNDManager) manager;
        try (Script.Call transform = script.call("inverse_transform")) {
            IValue[] results = transform
                    .with((PtNDArray) x)
                    .with(config.dIn())
                    .with(bDec)
                    .with(normalizationCode())
                    .with(checkFinite)
                    .runToTuple();
            requireFinite(results[0].toLongArray(), "activations", config.dIn());
            return new Encoded(
                    null,
                    HostArrays.joined(new PtNDArray[] {results[1].toTensor(call)}, tokens),
                    HostArrays.joined(new PtNDArray[] {results[2].toTensor(call)}, tokens));
        }
    }

    /**
     * Decodes active features.
     *
     * @param rows at least one token, indices below {@code d_sae}
     * @param out float32 on the SAE's device, {@code [tokens, d_out]}
     */
    public void decode(NDManager manager, Rows rows, float @Nullable [] scale, float @Nullable [] shift, NDArray out) {
        int[] offsets = rows.offsets();
        int tokens = offsets.length - 1;
        int from = 0;
        while (from < tokens) {
            int most = Math.min(tokens - from, HostArrays.VALUES_AT_ONCE);
            int to = from + 1;
            while (to < from + most && offsets[to + 1] - offsets[from] <= HostArrays.VALUES_AT_ONCE) {
                to++;
            }
            decode((PtNDManager) manager, rows, from, to, scale, shift, (PtNDArray) out);
            from = to;
        }
    }

    private void decode(
            PtNDManager parent,
            Rows rows,
            int from,
            int to,
            float @Nullable [] scale,
            float @Nullable [] shift,
            PtNDArray out) {
        int begin = rows.offsets()[from];
        int end = rows.offsets()[to];
        int[] offsets = new int[to - from + 1];
        Arrays.setAll(offsets, token -> rows.offsets()[from + token] - begin);
        DecodePieces pieces = DecodePieces.of(offsets, PIECE_ROWS);
        try (PtNDManager call = parent.newSubManager(device());
                Script.Call decode = script.call("decode_sparse")) {
            decode.with(HostArrays.ofInts(call, offsets, 0, offsets.length))
                    .with(HostArrays.ofInts(call, rows.indices(), begin, end))
                    .with(HostArrays.ofFloats(call, rows.values(), begin, end))
                    .with(pieces.flat())
                    .with(pieces.largest())
                    .with(wDec)
                    .with(bDec)
                    .with(factors(call, scale, from, to))
                    .with(factors(call, shift, from, to))
                    .with(out)
                    .with(from)
                    .runInPlace();
        }
    }

    /**
     * Decodes a dense array of features: by its active features if they are few, by the whole decoder otherwise.
     *
     * @param features {@code tokens * d_sae} elements of float32, float16 or bfloat16, at least one token
     * @param out float32 on the SAE's device, {@code [tokens, d_out]}
     */
    public void decodeDense(
            NDManager manager,
            NDArray features,
            int tokens,
            float @Nullable [] scale,
            float @Nullable [] shift,
            NDArray out) {
        PtNDManager call = (PtNDManager) manager;
        long few = Math.min((long) tokens * config.dSae() / 16, Integer.MAX_VALUE / Long.BYTES);
        try (Script.Call nonzeros = script.call("nonzeros")) {
            IValue[] results = nonzeros.with((PtNDArray) features)
                    .with(config.dSae())
                    .with(bDec)
                    .with(checkFinite)
                    .with(few)
                    .runToTuple();
            requireFinite(results[0].toLongArray(), "features", config.dSae());
            PtNDArray[] found = results[2].toTensorArray(call);
            if (found.length > 0) {
                Survivors survivors = new Survivors(tokens);
                survivors.add(0, 0, config.dSae(), HostArrays.longs(found[0]), HostArrays.floats(found[1]));
                decode(call, survivors.rows(), scale, shift, out);
                return;
            }
            PtNDArray wideFeatures = results[1].toTensor(call);
            try (Script.Call decode = script.call("decode_dense")) {
                decode.with(wideFeatures)
                        .with(wDec)
                        .with(widenDecoder)
                        .with(blockFeatures)
                        .with(bDec)
                        .with(factors(call, scale, 0, tokens))
                        .with(factors(call, shift, 0, tokens))
                        .with((PtNDArray) out)
                        .runInPlace();
            }
        }
    }

    /** Returns a new float32 array on the SAE's device, not yet filled. */
    public NDArray newArray(NDManager call, long... shape) {
        return HostArrays.empty((PtNDManager) call, new Shape(shape), DataType.FLOAT32, device());
    }

    /**
     * Lets in what the kernels can read.
     *
     * @throws SaeException if the array is null, closed, sparse, not PyTorch's, or not float32, float16 or bfloat16
     */
    public void requireFloats(@Nullable NDArray array, String name) {
        TorchDoor.requireFloats(array, name, script);
    }

    /**
     * Returns the manager.
     *
     * @throws SaeException if it is null, closed, or not PyTorch's
     */
    public NDManager requireOpen(@Nullable NDManager manager, String name) {
        return TorchDoor.requireOpen(manager, name);
    }

    private int normalizationCode() {
        return switch (config.normalization()) {
            case NONE, EXPECTED_AVERAGE_ONLY_IN -> 0;
            case CONSTANT_NORM_RESCALE -> 1;
            case LAYER_NORM -> 2;
        };
    }

    private static void requireFinite(long[] bad, String what, int columns) {
        if (bad.length > 0) {
            throw new SaeException("The " + what + " hold NaN or infinity at row " + bad[0] / columns + ", column "
                    + bad[0] % columns + ". Values must be finite unless the SAE was opened to allow others.");
        }
    }

    /** Returns the factors of some tokens, or an array without elements if there are none. */
    private static PtNDArray factors(PtNDManager call, float @Nullable [] values, int from, int to) {
        return values == null
                ? HostArrays.ofFloats(call, new float[0], 0, 0)
                : HostArrays.ofFloats(call, values, from, to);
    }

    @Override
    public void close() {
        calls.close();
        weights.close();
    }
}
