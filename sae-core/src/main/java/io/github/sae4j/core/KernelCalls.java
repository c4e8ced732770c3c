package io.github.sae4j.core;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.sae4j.core.internal.host.HostSae;
import io.github.sae4j.core.internal.host.NotFinite;
import io.github.sae4j.core.internal.host.PageFaults;
import io.github.sae4j.core.internal.host.Rows;
import io.github.sae4j.core.internal.torch.Encoded;
import io.github.sae4j.core.internal.torch.HostArrays;
import io.github.sae4j.core.internal.torch.TorchKernel;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs calls on an SAE's kernel until it is closed, each with a manager of its own, and makes values of what the kernel
 * returns. Closing waits for the calls that run.
 */
final class KernelCalls {

    static final String CLOSED = "This SAE is closed already.";

    private final SaeConfig config;
    private final boolean allowNonFinite;
    private final boolean takesSequences;
    private final int segments;
    private final SaeSource source;
    private final Device device;
    private final Kernel kind;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    /** Null once it is closed, for whoever keeps a closed SAE shall not keep its weights; guarded by the lock. */
    private @Nullable TorchKernel kernel;

    KernelCalls(SaeFacts facts, TorchKernel kernel) {
        this.config = facts.config();
        this.allowNonFinite = facts.allowNonFinite();
        this.takesSequences = facts.takesSequences();
        this.segments = facts.segments();
        this.source = facts.source();
        this.device = kernel.device();
        this.kind = kernel.kind();
        this.kernel = kernel;
    }

    Device device() {
        return device;
    }

    Kernel kind() {
        return kind;
    }

    /** Returns the kernel, to work that runs as a call. */
    TorchKernel kernel() {
        TorchKernel open = kernel;
        if (open == null) {
            throw new SaeException(CLOSED);
        }
        return open;
    }

    /** Runs a call with a manager that ends with it. */
    <T> T run(Function<NDManager, T> work) {
        return whileOpen(open -> withManager(open, work));
    }

    private static <T> T withManager(TorchKernel open, Function<NDManager, T> work) {
        try (NDManager call = open.newCall()) {
            return work.apply(call);
        }
    }

    private <T> T whileOpen(Function<TorchKernel, T> work) {
        lock.readLock().lock();
        try {
            TorchKernel open = kernel();
            source.requireUnchanged();
            return ofUnchangedWeights(work.apply(open));
        } catch (SaeException e) {
            throw e;
        } catch (NotFinite e) {
            throw e.sentence();
        } catch (InternalError e) {
            throw PageFaults.sentence(source, e);
        } catch (RuntimeException e) {
            throw new SaeException("The engine failed: " + e.getMessage(), e);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Returns a result if the weights that it was made of were there all the time, and releases it if not. */
    private <T> T ofUnchangedWeights(T result) {
        try {
            PageFaults.requireNone();
            source.requireUnchanged();
            return result;
        } catch (RuntimeException | Error e) {
            if (result instanceof NDArray array) {
                array.close();
            }
            throw e;
        }
    }

    boolean isClosed() {
        lock.readLock().lock();
        try {
            return kernel == null;
        } finally {
            lock.readLock().unlock();
        }
    }

    void close() {
        lock.writeLock().lock();
        try {
            TorchKernel open = kernel;
            kernel = null;
            if (open != null) {
                open.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    static NDArray handOver(NDArray result, NDManager owner) {
        try {
            result.attach(owner);
            return result;
        } catch (RuntimeException e) {
            result.close();
            throw new SaeException("The manager does not take the result: " + e.getMessage(), e);
        }
    }

    /** Checks an array of activations and reads its axes. */
    ActivationShape shapeOf(NDArray activations) {
        kernel().requireFloats(activations, "activations");
        if (takesSequences) {
            ActivationShape.requireSequences(activations.getShape().getShape(), config);
        }
        return ActivationShape.ofActivations(activations.getShape().getShape(), config, segments);
    }

    SparseFeatures encode(NDManager call, NDArray activations, ActivationShape shape) {
        return shape.tokens() == 0
                ? none(shape)
                : checked(shape, kernel().encodeSparse(call, activations, shape.tokens()));
    }

    /**
     * Encodes tokens in Java's memory; without a tensor where the kernel takes them so.
     *
     * @param from the first row
     * @param to the row after the last
     */
    SparseFeatures encode(TokenRows rows, int from, int to, ActivationShape shape) {
        return whileOpen(open -> {
            HostSae host = open.host();
            try {
                if (host == null || from == to) {
                    return withManager(
                            open,
                            call -> encode(
                                    call, HostArrays.ofRows(call, rows.source(), from, to, config.dIn()), shape));
                }
                HostSae.Result result =
                        host.encode((first, end, x) -> rows.source().copy(from + first, from + end, x), to - from);
                return checked(shape, new Encoded(result.rows(), result.scale(), result.shift(), null));
            } catch (NotFinite e) {
                throw e.after(from);
            }
        });
    }

    private SparseFeatures none(ActivationShape shape) {
        return SparseFeatures.trusted(
                config.dSae(),
                shape.leading(),
                new int[1],
                new int[0],
                new float[0],
                InverseTransform.of(shape.heads(), null, null));
    }

    /** Makes features of what a kernel found, if that is finite or need not be. */
    private SparseFeatures checked(ActivationShape shape, Encoded encoded) {
        Rows rows = SaeException.requirePresent(encoded.rows(), "rows");
        if (!allowNonFinite) {
            NotFinite.requireFeatures(rows);
        }
        return SparseFeatures.trusted(
                config.dSae(),
                shape.leading(),
                rows.offsets(),
                rows.indices(),
                rows.values(),
                inverseOf(shape, encoded));
    }

    NDArray encodeDense(NDManager call, NDArray activations, ActivationShape shape) {
        NDArray dense = kernel().newArray(call, ActivationShape.decoded(shape.leading(), 0, config.dSae()));
        if (shape.tokens() > 0) {
            kernel().encodeDense(call, activations, shape.tokens(), dense);
        }
        return dense;
    }

    InverseTransform inverseTransform(NDManager call, NDArray activations, ActivationShape shape) {
        if (shape.tokens() == 0) {
            return InverseTransform.of(shape.heads(), null, null);
        }
        return inverseOf(shape, kernel().normalize(call, activations, shape.tokens()));
    }

    private InverseTransform inverseOf(ActivationShape shape, Encoded encoded) {
        return config.isTranscoder()
                ? InverseTransform.identity()
                : InverseTransform.of(shape.heads(), encoded.scale(), encoded.shift());
    }

    NDArray decode(NDManager call, SparseFeatures features) {
        SaeException.requirePresent(features, "features");
        if (features.dSae() != config.dSae()) {
            throw new SaeException("The features are of an SAE with d_sae = " + features.dSae()
                    + ", but this one has d_sae = " + config.dSae() + ".");
        }
        features.inverseTransform().requireFitting(config, features.tokens());
        if (!allowNonFinite) {
            features.requireFinite();
        }
        return decodeFitting(call, features);
    }

    private NDArray decodeFitting(NDManager call, SparseFeatures features) {
        InverseTransform inverse = features.inverseTransform();
        NDArray out = kernel().newArray(
                        call, ActivationShape.decoded(features.leadingShape(), inverse.heads(), config.dOut()));
        if (features.tokens() > 0) {
            kernel().decode(call, features.rows(), inverse.scale(), inverse.shift(), out);
        }
        return out;
    }

    NDArray decodeDense(NDManager call, NDArray features, InverseTransform inverse) {
        kernel().requireFloats(features, "features");
        ActivationShape shape = ActivationShape.ofFeatures(features.getShape().getShape(), config);
        SaeException.requirePresent(inverse, "inverse");
        inverse.requireFitting(config, shape.tokens());
        NDArray out = kernel().newArray(call, ActivationShape.decoded(shape.leading(), inverse.heads(), config.dOut()));
        if (shape.tokens() > 0) {
            kernel().decodeDense(call, features, shape.tokens(), inverse.scale(), inverse.shift(), out);
        }
        return out;
    }

    /**
     * Encodes and decodes.
     *
     * @param before how many rows were before these, for messages
     */
    NDArray reconstruct(NDManager call, NDArray activations, ActivationShape shape, int before) {
        if (shape.tokens() == 0) {
            return decode(call, none(shape));
        }
        try {
            Encoded encoded = kernel().encodeSparse(call, activations, shape.tokens());
            NDArray out = decodeFitting(call, checked(shape, encoded));
            kernel().completeReconstruction(activations, encoded, out);
            return out;
        } catch (NotFinite e) {
            throw e.after(before);
        }
    }
}
