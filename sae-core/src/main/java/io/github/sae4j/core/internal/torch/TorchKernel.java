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
import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.MatchingPursuit;
import io.github.sae4j.core.SaeException;
import org.jspecify.annotations.Nullable;

/**
 * An SAE on libtorch: its weights, and the calls that run on them. Arguments have been checked: any shape or type that
 * does not fit would be libtorch's to report.
 *
 * <p>Safe to use from many threads; closing it while a call runs is not.
 */
public final class TorchKernel implements AutoCloseable {

    private static final int CPU_BLOCK_FEATURES = 512;
    private static final int GPU_BLOCK_FEATURES = 8192;

    private final Script script;
    private final TorchWeights weights;
    private final InputTransform transform;
    private final Activation rule;
    private final TorchEncoder encoder;
    private final TorchDecoder decoder;
    private final PtNDManager calls;

    private TorchKernel(
            Script script,
            TorchWeights weights,
            InputTransform transform,
            Activation rule,
            DecoderNorms norms,
            PtNDManager calls) {
        this.script = script;
        this.weights = weights;
        this.transform = transform;
        this.rule = rule;
        this.encoder = encoder(script, weights, transform, rule, norms.factors());
        this.decoder = new TorchDecoder(script, weights, transform, norms.divisors());
        this.calls = calls;
    }

    private static TorchEncoder encoder(
            Script script, TorchWeights weights, InputTransform transform, Activation rule, PtNDArray norms) {
        if (rule instanceof MatchingPursuit pursuit) {
            return new PursuitEncoder(script, weights, transform, pursuit);
        }
        BlockRule blockRule = (BlockRule) rule;
        if (weights.attention().isEmpty()) {
            return new BlockEncoder(script, weights, transform, blockRule, norms);
        }
        double factor = 1 / (4.0 * transform.dIn());
        BlockEncoder novel = new BlockEncoder(script, weights, transform.onlyScaling(factor), blockRule, norms);
        return new TemporalEncoder(script, weights, transform, novel, factor);
    }

    /**
     * Takes weights to a device; parts have been checked to fit each other.
     *
     * @throws SaeException if the engine fails
     */
    public static TorchKernel open(KernelParts parts, Device device, @Nullable Kernel wanted) {
        Script script = Script.withRule(parts.rule() instanceof BlockRule rule ? rule.torchScript() : "h");
        TorchWeights weights = TorchWeights.open(parts, device, script);
        return over(script, weights, InputTransform.of(parts), parts.rule(), false);
    }

    /**
     * Returns a kernel on the same weights whose features are multiplied by the norms of their decoder rows. The caller
     * closes it; the weights go with the last kernel that uses them.
     */
    public TorchKernel folded() {
        return over(script, weights.shared(), transform, rule, true);
    }

    private static TorchKernel over(
            Script script, TorchWeights weights, InputTransform transform, Activation rule, boolean fold) {
        PtNDManager calls = TorchRuntime.newManager(weights.device());
        try {
            DecoderNorms norms;
            if (rule instanceof BlockRule blockRule && blockRule.rescalesByDecoderNorm()) {
                norms = DecoderNorms.exact(script, weights, transform, calls);
            } else if (fold) {
                norms = DecoderNorms.folded(script, weights, transform, calls);
            } else {
                norms = DecoderNorms.none(calls);
            }
            return new TorchKernel(script, weights, transform, rule, norms, calls);
        } catch (RuntimeException e) {
            calls.close();
            weights.close();
            throw e;
        }
    }

    /** Returns how many features a kernel looks at together. */
    static int blockOf(int features, Device device) {
        return Math.min(features, device.isGpu() ? GPU_BLOCK_FEATURES : CPU_BLOCK_FEATURES);
    }

    /** Returns what encodes. */
    public Kernel kind() {
        return Kernel.TORCHSCRIPT;
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
        return encoder.encode((PtNDManager) call, (PtNDArray) x, tokens, null);
    }

    /**
     * Encodes tokens into a dense array.
     *
     * @param x {@code tokens * d_in} elements of float32, float16 or bfloat16, at least one token
     * @param dense float32 on the SAE's device, {@code [tokens, d_sae]}
     */
    public void encodeDense(NDManager call, NDArray x, int tokens, NDArray dense) {
        encoder.encode((PtNDManager) call, (PtNDArray) x, tokens, (PtNDArray) dense);
    }

    /**
     * Returns each token's scale and shift, without encoding.
     *
     * @param x {@code tokens * d_in} elements of float32, float16 or bfloat16, at least one token
     */
    public Encoded normalize(NDManager manager, NDArray x, int tokens) {
        PtNDManager call = (PtNDManager) manager;
        try (Script.Call normalize = script.call("inverse_transform")) {
            IValue[] results = transform
                    .with(normalize.with((PtNDArray) x))
                    .with(weights.decoderBias())
                    .runToTuple();
            transform.requireFinite(results[0]);
            return Encoded.of(
                    null,
                    new PtNDArray[] {results[1].toTensor(call)},
                    new PtNDArray[] {results[2].toTensor(call)},
                    tokens);
        }
    }

    /**
     * Decodes active features.
     *
     * @param rows at least one token, indices below {@code d_sae}
     * @param out float32 on the SAE's device, {@code [tokens, d_out]}
     */
    public void decode(NDManager call, Rows rows, float @Nullable [] scale, float @Nullable [] shift, NDArray out) {
        decoder.decode((PtNDManager) call, rows, scale, shift, (PtNDArray) out);
    }

    /**
     * Decodes a dense array of features: by its active features if they are few, by the whole decoder otherwise.
     *
     * @param features {@code tokens * d_sae} elements of float32, float16 or bfloat16, at least one token
     * @param out float32 on the SAE's device, {@code [tokens, d_out]}
     */
    public void decodeDense(
            NDManager call,
            NDArray features,
            int tokens,
            float @Nullable [] scale,
            float @Nullable [] shift,
            NDArray out) {
        decoder.decodeDense((PtNDManager) call, (PtNDArray) features, tokens, scale, shift, (PtNDArray) out);
    }

    /**
     * Adds what a reconstruction has beside the decoded features: the skip term of each token, and the part that was
     * predicted from the tokens before it, if the SAE has such.
     *
     * @param x {@code tokens * d_in} elements of float32, float16 or bfloat16, at least one token
     * @param encoded what encoding {@code x} gave
     * @param out float32 on the SAE's device, {@code [tokens, d_out]}
     */
    public void completeReconstruction(NDArray x, Encoded encoded, NDArray out) {
        decoder.addSkip((PtNDArray) x, (PtNDArray) out);
        if (encoded.predicted() != null) {
            try (Script.Call addRows = script.call("add_rows")) {
                addRows.with((PtNDArray) out)
                        .with((PtNDArray) encoded.predicted())
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

    @Override
    public void close() {
        calls.close();
        weights.close();
    }
}
