package io.github.sae4j.core;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.sae4j.core.internal.host.HostSae;
import io.github.sae4j.core.internal.host.NotFinite;
import io.github.sae4j.core.internal.host.PageFaults;
import io.github.sae4j.core.internal.host.SaeKernel;
import io.github.sae4j.core.internal.host.Stop;
import io.github.sae4j.core.internal.torch.HostTensors;
import io.github.sae4j.core.internal.torch.TensorKernel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An SAE's kernel until it is closed: lets calls in, makes sentences of what goes wrong in them, and waits for those that run
 * before it closes. DJL's arrays get a manager for each call, and libtorch starts with the first of them.
 */
final class OpenKernel {

    static final String CLOSED = "This SAE is closed already.";

    private final SaeConfig config;
    private final boolean allowNonFinite;
    private final SaeSource source;
    private final Device device;
    private final Kernel kind;
    private final Stop stop;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private volatile boolean closing;

    /** Null once it is closed, for whoever keeps a closed SAE shall not keep its weights; guarded by the lock. */
    private @Nullable SaeKernel kernel;

    /** What takes DJL's arrays, from the first on; guarded by this. */
    private @Nullable TensorKernel tensors;

    OpenKernel(SaeProperties properties, SaeKernel kernel, Device device, Stop stop) {
        this.config = properties.config();
        this.allowNonFinite = properties.allowNonFinite();
        this.source = properties.source();
        this.device = device;
        this.kind = kernel.kind();
        this.kernel = kernel;
        this.stop = stop;
    }

    Device device() {
        return device;
    }

    Kernel kind() {
        return kind;
    }

    private SaeKernel kernel() {
        SaeKernel open = kernel;
        if (open == null) {
            throw new IllegalStateException(CLOSED);
        }
        return open;
    }

    /** Returns what takes DJL's arrays, to work that runs as a call. */
    synchronized TensorKernel tensors() {
        SaeKernel open = kernel();
        TensorKernel present = tensors;
        if (present == null) {
            present = open instanceof HostSae host
                    ? new HostTensors(host, config.dIn(), config.dSae(), config.dOut(), !allowNonFinite)
                    : (TensorKernel) open;
            tensors = present;
        }
        return present;
    }

    /** Runs a call on DJL's arrays with a manager that ends with it. */
    <T> T run(Function<NDManager, T> work) {
        return whileOpen(open -> {
            try (NDManager call = tensors().newCall()) {
                return work.apply(call);
            }
        });
    }

    /** Runs a call. */
    <T> T whileOpen(Function<SaeKernel, T> work) {
        // Not behind whoever waits to close it.
        if (closing) {
            throw new IllegalStateException(CLOSED);
        }
        lock.readLock().lock();
        try {
            return whileOpen(closing ? null : kernel, work);
        } finally {
            lock.readLock().unlock();
        }
    }

    private <T> T whileOpen(@Nullable SaeKernel open, Function<SaeKernel, T> work) {
        if (open == null) {
            throw new IllegalStateException(CLOSED);
        }
        try {
            source.requireUnchanged();
            return ofUnchangedWeights(work.apply(open));
        } catch (SaeException e) {
            throw e;
        } catch (NotFinite e) {
            throw e.sentence();
        } catch (InternalError e) {
            throw PageFaults.sentence(source, e);
        } catch (RuntimeException e) {
            throw new SaeException(SaeException.Reason.ENGINE, "The engine failed: " + e.getMessage(), e);
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
            } else if (result instanceof NDForwardPass pass) {
                pass.close();
            }
            throw e;
        }
    }

    /** Returns whether it lets no calls in any more. */
    boolean isClosed() {
        return closing;
    }

    /** Lets no more calls in, and closes the kernel when those that run have ended. */
    void close() {
        closing = true;
        lock.writeLock().lock();
        try {
            closeKernel();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Does the same, and ends calls early that run longer than so. */
    void close(Duration longest) {
        closing = true;
        try {
            if (lock.writeLock().tryLock(TimeUnit.NANOSECONDS.convert(longest), TimeUnit.NANOSECONDS)) {
                try {
                    closeKernel();
                } finally {
                    lock.writeLock().unlock();
                }
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        stop.ask();
        close();
    }

    private synchronized void closeKernel() {
        TensorKernel door = tensors;
        tensors = null;
        if (door != null) {
            door.close();
        }
        SaeKernel open = kernel;
        kernel = null;
        if (open != null && open != door) {
            open.close();
        }
    }
}
