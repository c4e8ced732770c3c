package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.internal.host.WorkerPool;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The PyTorch engine of this process, started once and checked before anything relies on it. */
public final class TorchRuntime {

    private static @Nullable Engine started;
    private static @Nullable Failure failure;

    private TorchRuntime() {}

    private record Failure(SaeException.Reason reason, String sentence) {}

    /** What kept it from starting once does so again, for DJL's classes have failed with it: it is told in the same words. */
    private static synchronized Engine engine() {
        Engine engine = started;
        if (engine == null) {
            if (failure != null) {
                throw new SaeException(failure.reason(), failure.sentence());
            }
            Integer limit = WorkerPool.limit();
            try {
                engine = start(limit);
            } catch (SaeException e) {
                failure = new Failure(e.reason(), String.valueOf(e.getMessage()));
                throw e;
            }
            started = engine;
        }
        return engine;
    }

    private static Engine start(@Nullable Integer limit) {
        Engine engine;
        try {
            engine = Engine.getEngine("PyTorch");
        } catch (RuntimeException | LinkageError e) {
            throw EngineFailure.sentence(e);
        }
        requireSound(engine);
        if (limit != null) {
            JniUtils.setNumThreads(Math.min(limit, JniUtils.getNumThreads()));
        }
        return engine;
    }

    /**
     * A libtorch of another version loads without complaint and then reads wrong memory, so a few small tensors must
     * report what they were made of.
     */
    private static void requireSound(Engine engine) {
        float[] values = {1, -2, 3, -4, 5, -6};
        long[] integers = {1L << 40, -7};
        boolean sound;
        try (NDManager manager = engine.newBaseManager(Device.cpu())) {
            NDArray floats = manager.create(values, new Shape(2, 3));
            NDArray longs = manager.create(integers);
            sound = floats.getShape().equals(new Shape(2, 3))
                    && floats.getDataType() == DataType.FLOAT32
                    && Arrays.equals(floats.toFloatArray(), values)
                    && longs.getDataType() == DataType.INT64
                    && Arrays.equals(longs.toLongArray(), integers)
                    && manager.zeros(new Shape(2, 3)).getShape().equals(new Shape(2, 3));
        } catch (RuntimeException e) {
            throw new SaeException(
                    SaeException.Reason.UNAVAILABLE,
                    "The PyTorch library does not work with DJL's binding: " + e.getMessage(),
                    e);
        }
        if (!sound) {
            throw new SaeException(
                    SaeException.Reason.UNAVAILABLE,
                    "The PyTorch library is not the version that DJL's binding was made for: small tensors"
                            + " report wrong shapes or values. Check PYTORCH_LIBRARY_PATH.");
        }
    }

    /**
     * Returns a new manager that no other manager closes.
     *
     * @throws SaeException if the engine does not start
     */
    public static PtNDManager newManager(Device device) {
        return (PtNDManager) engine().newBaseManager(device);
    }

    /**
     * Returns how many CUDA devices the engine sees.
     *
     * @throws SaeException if the engine does not start
     */
    static int gpus() {
        return engine().getGpuCount();
    }
}
