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
import io.github.sae4j.core.InputAffine;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.MatchingPursuit;
import io.github.sae4j.core.OutputAffine;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.internal.host.HostKernel;
import io.github.sae4j.core.internal.host.HostKernels;
import io.github.sae4j.core.internal.host.HostSae;
import io.github.sae4j.core.internal.host.HostTransform;
import io.github.sae4j.core.internal.host.Rows;
import io.github.sae4j.core.internal.host.SelectionRule;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What runs an SAE: its weights as tensors, and what encodes and decodes with them, libtorch or a kernel in Java. Temporal
 * SAEs, matching pursuit, dense features and skip matrices are libtorch's always, and so is decoding where the kernel in
 * Java does not take the decoder as it lies. Arguments have been checked: any shape or type that does not fit would be
 * libtorch's to report.
 *
 * <p>Safe to use from many threads; closing it while a call runs is not.
 */
public final class TorchKernel implements AutoCloseable {

    private static final int CPU_BLOCK_FEATURES = 512;
    private static final int GPU_BLOCK_FEATURES = 8192;

    private final Script script;
    private final KernelParts parts;
    private final TorchWeights weights;
    private final InputTransform transform;
    private final Kernel kind;
    private final TorchEncoder encoder;
    private final TorchDecoder decoder;
    private final @Nullable HostSae host;
    private final PtNDManager calls;

    private TorchKernel(
            Script script,
            KernelParts parts,
            TorchWeights weights,
            Kernel kind,
            DecoderNorms norms,
            PtNDManager calls) {
        this.script = script;
        this.parts = parts;
        this.weights = weights;
        this.transform = InputTransform.of(parts);
        this.kind = kind;
        this.host = kind == Kernel.TORCHSCRIPT ? null : host(parts, kind, norms);
        this.encoder = host == null
                ? encoder(script, weights, transform, parts.rule(), norms)
                : new HostEncoder(script, host, transform.dIn());
        this.decoder = new TorchDecoder(script, weights, transform, norms.divisors(), host);
        this.calls = calls;
    }

    private static HostSae host(KernelParts parts, Kernel kind, DecoderNorms norms) {
        SelectionRule rule = SelectionRule.of(
                (BlockRule) parts.rule(), HostArrays.copyOf(norms.factors()), HostArrays.copyOf(norms.ranks()));
        HostKernel kernel =
                HostKernels.open(kind, Objects.requireNonNull(parts.encoder(), "encoder"), parts.decoder(), rule);
        InputAffine input = parts.inputAffine();
        OutputAffine output = parts.outputAffine();
        HostTransform transform = new HostTransform(
                parts.config().dIn(),
                parts.inputScale(),
                parts.config().normalization(),
                parts.config().applyBDecToInput() ? parts.decoderBias() : null,
                input == null ? null : input.centre(),
                input == null ? null : input.gain(),
                parts.checkFinite());
        return new HostSae(
                kernel,
                transform,
                parts.decoderBias(),
                output == null ? null : output.gain(),
                output == null ? null : output.offset(),
                HostArrays.copyOf(norms.divisors()),
                rule.dSae());
    }

    private static TorchEncoder encoder(
            Script script, TorchWeights weights, InputTransform transform, Activation rule, DecoderNorms norms) {
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
     * @param wanted the kernel that must be used, or null for the fastest
     * @throws SaeException if the engine fails, or the kernel is not there for this SAE and device
     */
    public static TorchKernel open(KernelParts parts, Device device, @Nullable Kernel wanted) {
        Kernel kind = choose(parts, device, wanted);
        Script script = Script.withRule(parts.rule() instanceof BlockRule rule ? rule.torchScript() : "h");
        TorchWeights weights = TorchWeights.open(parts, device, script);
        return over(script, parts, weights, kind, false);
    }

    private static Kernel choose(KernelParts parts, Device device, @Nullable Kernel wanted) {
        if (wanted == Kernel.TORCHSCRIPT) {
            return wanted;
        }
        String refused = null;
        if (device.isGpu()) {
            refused = "runs on the CPU, but the device is " + device;
        } else if (!(parts.rule() instanceof BlockRule)) {
            refused = "does not run matching pursuit";
        } else if (parts.prediction() != null) {
            refused = "does not run temporal SAEs";
        }
        if (wanted == null) {
            return refused == null && HostKernels.prefersVectors() ? Kernel.VECTOR : Kernel.TORCHSCRIPT;
        }
        if (refused != null) {
            throw new SaeException("The " + wanted + " kernel was asked for, but it " + refused + ".");
        }
        return wanted;
    }

    /**
     * Returns a kernel on the same weights whose features are multiplied by the norms of their decoder rows. The caller
     * closes it; the weights go with the last kernel that uses them.
     */
    public TorchKernel folded() {
        return over(script, parts, weights.shared(), kind, true);
    }

    private static TorchKernel over(Script script, KernelParts parts, TorchWeights weights, Kernel kind, boolean fold) {
        InputTransform transform = InputTransform.of(parts);
        PtNDManager calls = TorchRuntime.newManager(weights.device());
        try {
            DecoderNorms norms = DecoderNorms.of(parts.rule(), fold, script, weights, transform, calls);
            return new TorchKernel(script, parts, weights, kind, norms, calls);
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
        return kind;
    }

    /** Returns the device that the weights are on. */
    public Device device() {
        return weights.device();
    }

    /** Returns what encodes Java arrays without a tensor, or null if only libtorch does. */
    public @Nullable HostSae host() {
        return host;
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
                    .with(normalize.with((PtNDArray) x), weights)
                    .with(weights.decoderBias())
                    .runToTuple();
            transform.requireFinite(results[0]);
            return transform.requireNormalised(Encoded.of(
                    null,
                    new PtNDArray[] {results[1].toTensor(call)},
                    new PtNDArray[] {results[2].toTensor(call)},
                    tokens));
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
        if (parts.skip() != null || encoded.predicted() != null) {
            decoder.requireFinite((PtNDArray) out);
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
