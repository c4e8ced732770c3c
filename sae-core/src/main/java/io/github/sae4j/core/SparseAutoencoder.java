package io.github.sae4j.core;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.sae4j.core.internal.torch.Encoded;
import io.github.sae4j.core.internal.torch.HostArrays;
import io.github.sae4j.core.internal.torch.Rows;
import io.github.sae4j.core.internal.torch.TorchKernel;
import io.github.sae4j.core.internal.torch.TorchRuntime;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A sparse autoencoder: encodes activations of width {@code d_in} to the few of its {@code d_sae} features that are
 * active, and decodes features to activations.
 *
 * <p>Encoding computes {@code x' = transform(x)}, {@code p = x' W_enc} and lets the {@link Activation} rule decide;
 * decoding computes {@code features W_dec + b_dec} and undoes the transform. The transform is what the
 * {@link #config()} says: heads laid side by side, each token normalised, {@code b_dec} subtracted.
 *
 * <p>Activations are DJL arrays of the PyTorch engine in float32, float16 or bfloat16 with any number of leading axes,
 * or plain Java arrays. Features and reconstructions are float32 always. Values must be finite unless
 * {@link SaeBuilder#allowNonFinite} says otherwise; with it, NaN and infinity go through the formulas as they are.
 *
 * <p>An SAE owns its weights and never changes: any number of threads may use it at once. Closing it waits for the calls
 * that run and releases the weights; later calls throw. All methods throw {@link SaeException} when an argument is null,
 * closed or does not fit, before anything native sees it, and when the engine fails.
 */
public final class SparseAutoencoder implements AutoCloseable {

    private final SaeConfig config;
    private final TorchKernel kernel;
    private final WeightType weightType;
    private final SaeSource source;
    private final float @Nullable [] sparsity;
    private final boolean allowNonFinite;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    SparseAutoencoder(
            SaeConfig config,
            TorchKernel kernel,
            WeightType weightType,
            SaeSource source,
            float @Nullable [] sparsity,
            boolean allowNonFinite) {
        this.config = config;
        this.kernel = kernel;
        this.weightType = weightType;
        this.source = source;
        this.sparsity = sparsity;
        this.allowNonFinite = allowNonFinite;
    }

    /**
     * Returns a builder for an SAE from weights in memory.
     *
     * @param config what the SAE computes
     * @throws SaeException if {@code config} is null
     */
    public static SaeBuilder builder(SaeConfig config) {
        return new SaeBuilder(SaeException.requirePresent(config, "config"));
    }

    /** Returns what the SAE computes. */
    public SaeConfig config() {
        return config;
    }

    /** Returns where the weights came from. */
    public SaeSource source() {
        return source;
    }

    /** Returns a copy of the log10 of each feature's firing frequency, {@code [d_sae]}, if it is published. */
    public Optional<float[]> sparsity() {
        return Optional.ofNullable(sparsity).map(float[]::clone);
    }

    /** Returns the number format in which {@code W_enc} is stored and kept in memory. */
    public WeightType weightType() {
        return weightType;
    }

    /** Returns the device that was chosen: dense results are made there. */
    public Device device() {
        return kernel.device();
    }

    /** Returns the name of the kernel that was chosen, for example {@code torchscript}. */
    public String kernel() {
        return kernel.name();
    }

    /**
     * Returns a new manager on the SAE's device, for arrays of the caller's.
     *
     * <p>The caller closes it. It does not end with the SAE.
     */
    public NDManager newManager() {
        return run(call -> TorchRuntime.newManager(kernel.device()));
    }

    /**
     * Encodes activations to a dense array.
     *
     * @param activations {@code [..., d_in]}, or {@code [..., heads, d_head]} for {@link Reshape#HOOK_Z}; float32,
     *     float16 or bfloat16
     * @return {@code [..., d_sae]}, float32, attached to the manager of {@code activations}; the caller's
     */
    public NDArray encode(NDArray activations) {
        return run(call -> {
            ActivationShape shape = activationShape(activations);
            long[] denseShape = ActivationShape.decoded(shape.leading(), 0, config.dSae());
            NDArray dense = kernel.newArray(call, denseShape);
            if (shape.tokens() > 0) {
                kernel.encodeDense(call, activations, shape.tokens(), dense);
            }
            return handOver(dense, activations.getManager());
        });
    }

    /**
     * Encodes activations to the features that are active.
     *
     * @param activations {@code [..., d_in]}, or {@code [..., heads, d_head]} for {@link Reshape#HOOK_Z}; float32,
     *     float16 or bfloat16
     * @return features with the leading axes of {@code activations}; nothing in them needs closing
     */
    public SparseFeatures encodeSparse(NDArray activations) {
        return run(call -> {
            ActivationShape shape = activationShape(activations);
            return encodeSparse(call, activations, shape);
        });
    }

    /**
     * Encodes one token.
     *
     * @param activation {@code [d_in]}; for {@link Reshape#HOOK_Z} the heads laid side by side
     * @return features of one token, without a leading axis
     */
    public SparseFeatures encode(float[] activation) {
        SaeException.requirePresent(activation, "activation");
        requireWidth(activation.length, "activation");
        return run(call -> encodeSparse(
                call,
                HostArrays.ofRows(call, new float[][] {activation}, 0, 1, config.dIn()),
                new ActivationShape(new long[0], 1, 0)));
    }

    /**
     * Encodes tokens.
     *
     * @param activations {@code [tokens][d_in]}; for {@link Reshape#HOOK_Z} the heads laid side by side
     * @return features with one leading axis
     */
    public SparseFeatures encode(float[][] activations) {
        requireRows(activations);
        int step = Math.max(1, HostArrays.VALUES_AT_ONCE / config.dIn());
        SparseFeatures features = run(call -> encodeSparse(call, activations, 0, Math.min(step, activations.length)));
        for (int first = step; first < activations.length; first += step) {
            int from = first;
            int to = Math.min(first + step, activations.length);
            features = features.followedBy(run(call -> encodeSparse(call, activations, from, to)));
        }
        return features;
    }

    private SparseFeatures encodeSparse(NDManager call, float[][] activations, int from, int to) {
        NDArray array = HostArrays.ofRows(call, activations, from, to, config.dIn());
        return encodeSparse(call, array, new ActivationShape(new long[] {to - from}, to - from, 0));
    }

    private SparseFeatures encodeSparse(NDManager call, NDArray activations, ActivationShape shape) {
        if (shape.tokens() == 0) {
            return SparseFeatures.trusted(
                    config.dSae(),
                    shape.leading(),
                    new int[1],
                    new int[0],
                    new float[0],
                    InverseTransform.of(shape.heads(), null, null));
        }
        Encoded encoded = kernel.encodeSparse(call, activations, shape.tokens());
        Rows rows = SaeException.requirePresent(encoded.rows(), "rows");
        return SparseFeatures.trusted(
                config.dSae(),
                shape.leading(),
                rows.offsets(),
                rows.indices(),
                rows.values(),
                InverseTransform.of(shape.heads(), encoded.scale(), encoded.shift()));
    }

    /**
     * Returns what decoding needs of these activations beside their features; dense features do not carry it.
     *
     * @param activations as for {@link #encode(NDArray)}
     */
    public InverseTransform inverseTransform(NDArray activations) {
        return run(call -> {
            ActivationShape shape = activationShape(activations);
            if (shape.tokens() == 0) {
                return InverseTransform.of(shape.heads(), null, null);
            }
            Encoded encoded = kernel.normalize(call, activations, shape.tokens());
            return InverseTransform.of(shape.heads(), encoded.scale(), encoded.shift());
        });
    }

    /**
     * Decodes dense features of an SAE that does not normalise each token.
     *
     * @param features {@code [..., d_sae]}; float32, float16 or bfloat16
     * @return {@code [..., d_out]}, float32, attached to the manager of {@code features}; the caller's. Heads that
     *     encoding laid side by side stay so; {@link #decode(NDArray, InverseTransform)} takes them apart
     * @throws SaeException if the SAE normalises each token, so that the features alone do not say how to decode
     */
    public NDArray decode(NDArray features) {
        return decode(features, InverseTransform.identity());
    }

    /**
     * Decodes dense features.
     *
     * @param features {@code [..., d_sae]}; float32, float16 or bfloat16
     * @param inverse what {@link #inverseTransform} returned for the activations
     * @return {@code [..., d_out]} or {@code [..., heads, d_head]}, float32, attached to the manager of
     *     {@code features}; the caller's
     */
    public NDArray decode(NDArray features, InverseTransform inverse) {
        return run(call -> {
            kernel.requireFloats(features, "features");
            ActivationShape shape =
                    ActivationShape.ofFeatures(features.getShape().getShape(), config);
            SaeException.requirePresent(inverse, "inverse");
            inverse.requireFitting(config, shape.tokens());
            NDArray out =
                    kernel.newArray(call, ActivationShape.decoded(shape.leading(), inverse.heads(), config.dOut()));
            if (shape.tokens() > 0) {
                kernel.decodeDense(call, features, shape.tokens(), inverse.scale(), inverse.shift(), out);
            }
            return handOver(out, features.getManager());
        });
    }

    /**
     * Decodes sparse features by adding up the decoder's rows of those that are active.
     *
     * @param features features of this SAE
     * @param manager owns the result
     * @return {@code [..., d_out]}, or {@code [..., heads, d_head]} if the activations had heads; float32, on the SAE's
     *     device; the caller's
     */
    public NDArray decode(SparseFeatures features, NDManager manager) {
        return run(call -> {
            NDManager owner = kernel.requireOpen(manager, "manager");
            return handOver(decodeSparse(call, features), owner);
        });
    }

    /**
     * Decodes sparse features to plain arrays.
     *
     * @param features features of this SAE
     * @return {@code [tokens][d_out]}, tokens in row-major order of the leading axes, heads side by side
     */
    public float[][] decode(SparseFeatures features) {
        return run(call -> HostArrays.toRows(decodeSparse(call, features), features.tokens(), config.dOut()));
    }

    private NDArray decodeSparse(NDManager call, SparseFeatures features) {
        SaeException.requirePresent(features, "features");
        if (features.dSae() != config.dSae()) {
            throw new SaeException("The features are of an SAE with d_sae = " + features.dSae()
                    + ", but this one has d_sae = " + config.dSae() + ".");
        }
        InverseTransform inverse = features.inverseTransform();
        inverse.requireFitting(config, features.tokens());
        if (!allowNonFinite) {
            features.requireFinite();
        }
        NDArray out =
                kernel.newArray(call, ActivationShape.decoded(features.leadingShape(), inverse.heads(), config.dOut()));
        if (features.tokens() > 0) {
            kernel.decode(call, features.rows(), inverse.scale(), inverse.shift(), out);
        }
        return out;
    }

    /**
     * Encodes and decodes.
     *
     * @param activations as for {@link #encode(NDArray)}
     * @return the reconstruction, {@code [..., d_out]} or {@code [..., heads, d_head]}, float32, attached to the manager
     *     of {@code activations}; the caller's
     */
    public NDArray reconstruct(NDArray activations) {
        SparseFeatures features = encodeSparse(activations);
        return decode(features, activations.getManager());
    }

    /**
     * Encodes and decodes one token.
     *
     * @param activation {@code [d_in]}
     * @return the reconstruction, {@code [d_out]}
     */
    public float[] reconstruct(float[] activation) {
        return decode(encode(activation))[0];
    }

    /**
     * Encodes and decodes tokens.
     *
     * @param activations {@code [tokens][d_in]}
     * @return the reconstruction, {@code [tokens][d_out]}
     */
    public float[][] reconstruct(float[][] activations) {
        return decode(encode(activations));
    }

    /** Waits for the calls that run and releases the weights; closing again does nothing. */
    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                kernel.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private <T> T run(Function<NDManager, T> work) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new SaeException("This SAE is closed already.");
            }
            try (NDManager call = kernel.newCall()) {
                return work.apply(call);
            }
        } catch (SaeException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new SaeException("The engine failed: " + e.getMessage(), e);
        } finally {
            lock.readLock().unlock();
        }
    }

    private static NDArray handOver(NDArray result, NDManager owner) {
        try {
            result.attach(owner);
            return result;
        } catch (RuntimeException e) {
            result.close();
            throw new SaeException("The manager does not take the result: " + e.getMessage(), e);
        }
    }

    private ActivationShape activationShape(NDArray activations) {
        kernel.requireFloats(activations, "activations");
        return ActivationShape.ofActivations(activations.getShape().getShape(), config);
    }

    private void requireRows(float[][] activations) {
        SaeException.requirePresent(activations, "activations");
        for (int row = 0; row < activations.length; row++) {
            String name = "activations[" + row + "]";
            requireWidth(SaeException.requirePresent(activations[row], name).length, name);
        }
    }

    private void requireWidth(int length, String name) {
        if (length != config.dIn()) {
            throw new SaeException(
                    name + " has " + length + " values, but this SAE takes d_in = " + config.dIn() + ".");
        }
    }
}
