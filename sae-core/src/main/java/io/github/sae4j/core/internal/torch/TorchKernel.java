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
import io.github.sae4j.core.internal.host.DecoderNorms;
import io.github.sae4j.core.internal.host.Encoded;
import io.github.sae4j.core.internal.host.FeatureSubset;
import io.github.sae4j.core.internal.host.KernelParts;
import io.github.sae4j.core.internal.host.Rows;
import io.github.sae4j.core.internal.host.SaeKernel;
import io.github.sae4j.core.internal.host.Stop;
import io.github.sae4j.core.internal.host.Tokens;
import io.github.sae4j.core.internal.host.Workers;
import io.github.sae4j.core.internal.kernel.KernelChoice;
import org.jspecify.annotations.Nullable;

/** Runs an SAE with libtorch, on the CPU or on CUDA: its weights as tensors, and what encodes and decodes with them. */
public final class TorchKernel implements SaeKernel, TensorKernel {

    private static final int CPU_BLOCK_FEATURES = 512;
    private static final int GPU_BLOCK_FEATURES = 8192;

    private final Script script;
    private final KernelParts parts;
    private final TorchWeights weights;
    private final Workers workers;
    private final InputTransform transform;
    private final TorchEncoder encoder;
    private final TorchDecoder decoder;
    private final boolean folded;
    private final PtNDManager calls;

    private TorchKernel(
            Script script,
            KernelParts parts,
            TorchWeights weights,
            Workers workers,
            TorchNorms norms,
            boolean folded,
            PtNDManager calls) {
        this.script = script;
        this.parts = parts;
        this.weights = weights;
        this.workers = workers;
        this.transform = InputTransform.of(parts);
        this.encoder = encoder(script, weights, transform, parts.rule(), norms, workers.stop());
        this.decoder = new TorchDecoder(script, weights, transform, norms.divisors(), workers.stop());
        this.folded = folded;
        this.calls = calls;
    }

    private static TorchEncoder encoder(
            Script script,
            TorchWeights weights,
            InputTransform transform,
            Activation rule,
            TorchNorms norms,
            Stop stop) {
        if (rule instanceof MatchingPursuit pursuit) {
            return new PursuitEncoder(script, weights, transform, pursuit);
        }
        BlockRule blockRule = (BlockRule) rule;
        if (weights.attention().isEmpty()) {
            return new BlockEncoder(script, weights, transform, blockRule, norms, stop);
        }
        double factor = 1 / (4.0 * transform.dIn());
        BlockEncoder novel = new BlockEncoder(script, weights, transform.onlyScaling(factor), blockRule, norms, stop);
        return new TemporalEncoder(script, weights, transform, novel, factor, stop);
    }

    /**
     * Takes weights to a device; parts have been checked to fit each other.
     *
     * @param workers compute what is needed of the weights beforehand
     * @throws SaeException if the engine fails
     */
    public static TorchKernel open(KernelParts parts, Device device, Workers workers) {
        Script script = Script.withRule(
                parts.rule() instanceof BlockRule rule ? rule.torchScript().orElseThrow() : "h");
        return over(script, parts, TorchWeights.open(parts, device, script), workers, false);
    }

    @Override
    public TorchKernel folded(Stop stop) {
        return over(script, parts, weights.shared(), new Workers(workers.pool(), stop), true);
    }

    private static TorchKernel over(
            Script script, KernelParts parts, TorchWeights weights, Workers workers, boolean fold) {
        PtNDManager calls = TorchRuntime.newManager(weights.device());
        try {
            TorchNorms norms = TorchNorms.of(DecoderNorms.of(parts, fold, workers), calls);
            return new TorchKernel(script, parts, weights, workers, norms, fold, calls);
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

    @Override
    public Kernel kind() {
        return Kernel.TORCHSCRIPT;
    }

    @Override
    public Encoded encode(Tokens tokens, int count) {
        try (NDManager call = newCall()) {
            return encodeSparse(call, HostArrays.ofRows(call, tokens, 0, count, transform.dIn()), count)
                    .encoded();
        }
    }

    @Override
    public void decode(
            Rows rows, float @Nullable [] scale, float @Nullable [] shift, @Nullable Tokens skipped, Target out) {
        int tokens = rows.offsets().length - 1;
        try (NDManager call = newCall()) {
            NDArray decoded = newArray(call, tokens, parts.config().dOut());
            decode(call, rows, scale, shift, decoded);
            if (skipped != null && parts.skip() != null) {
                NDArray x = HostArrays.ofRows(call, skipped, 0, tokens, transform.dIn());
                completeReconstruction(call, x, new TensorEncoded(new Encoded(rows, scale, shift), null), decoded);
            }
            HostArrays.copyRows(decoded, tokens, parts.config().dOut(), out);
        }
    }

    @Override
    public FeatureSubset subset(int[] features) {
        return KernelChoice.inJava(parts, workers, folded).subset(features);
    }

    @Override
    public NDManager newCall() {
        return calls.newSubManager();
    }

    @Override
    public TensorEncoded encodeSparse(NDManager call, NDArray x, int tokens) {
        return encoder.encode((PtNDManager) call, (PtNDArray) x, tokens, null);
    }

    @Override
    public void encodeDense(NDManager call, NDArray x, int tokens, NDArray dense) {
        encoder.encode((PtNDManager) call, (PtNDArray) x, tokens, (PtNDArray) dense);
    }

    @Override
    public Encoded normalize(NDManager manager, NDArray x, int tokens) {
        PtNDManager call = (PtNDManager) manager;
        try (Script.Call normalize = script.call("inverse_transform")) {
            IValue[] results = transform
                    .with(normalize.with((PtNDArray) x), weights)
                    .with(weights.decoderBias())
                    .runToTuple();
            transform.requireFinite(results[0]);
            return transform
                    .requireNormalised(TensorEncoded.of(
                            null,
                            new PtNDArray[] {results[1].toTensor(call)},
                            new PtNDArray[] {results[2].toTensor(call)},
                            tokens))
                    .encoded();
        }
    }

    @Override
    public void decode(NDManager call, Rows rows, float @Nullable [] scale, float @Nullable [] shift, NDArray out) {
        decoder.decode((PtNDManager) call, rows, scale, shift, (PtNDArray) out);
    }

    /** Decodes by the active features if they are few, by the whole decoder otherwise. */
    @Override
    public void decodeDense(
            NDManager call,
            NDArray features,
            int tokens,
            float @Nullable [] scale,
            float @Nullable [] shift,
            NDArray out) {
        decoder.decodeDense((PtNDManager) call, (PtNDArray) features, tokens, scale, shift, (PtNDArray) out);
    }

    @Override
    public void completeReconstruction(NDManager call, NDArray x, TensorEncoded encoded, NDArray out) {
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

    @Override
    public NDArray newArray(NDManager call, long... shape) {
        return HostArrays.empty((PtNDManager) call, new Shape(shape), DataType.FLOAT32, weights.device());
    }

    @Override
    public void requireFloats(NDArray array, String name) {
        TensorChecks.requireFloats(array, name, script);
    }

    @Override
    public void close() {
        calls.close();
        weights.close();
    }
}
