package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.sae4j.core.SaeException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The PyTorch engine of this process, started once and checked before anything relies on it. */
public final class TorchRuntime {

    private static final String TRACKING = "OPT_OUT_TRACKING";

    private TorchRuntime() {}

    private static final class Holder {

        static final Engine ENGINE = start();

        private static Engine start() {
            if (System.getenv(TRACKING) == null && System.getProperty(TRACKING) == null) {
                // DJL reports an instance id when it runs on EC2, unless told otherwise before it starts.
                System.setProperty(TRACKING, "true");
            }
            Engine engine;
            try {
                engine = Engine.getEngine("PyTorch");
            } catch (RuntimeException | LinkageError e) {
                throw new SaeException(
                        "DJL's PyTorch engine did not start (" + e.getMessage() + "). Add a native library for this"
                                + " platform to the class path, for example ai.djl.pytorch:pytorch-native-cpu with the"
                                + " classifier of this platform.",
                        e);
            }
            requireSound(engine);
            return engine;
        }
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
            throw new SaeException("The PyTorch library does not work with DJL's binding: " + e.getMessage(), e);
        }
        if (!sound) {
            throw new SaeException(
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
     * Returns the device asked for, or the best there is.
     *
     * @throws SaeException if the engine does not start, or there is no such device
     */
    public static Device choose(@Nullable Device wanted) {
        int gpus = engine().getGpuCount();
        if (wanted == null) {
            return gpus > 0 ? Device.gpu() : Device.cpu();
        }
        if (wanted.isGpu()) {
            if (gpus == 0) {
                throw new SaeException(
                        spelled(wanted) + " was asked for, but the PyTorch engine sees no CUDA device. It needs a"
                                + " CUDA build of the native library and libcudart where JNA finds it (jna.library.path).");
            }
            if (wanted.getDeviceId() < 0 || wanted.getDeviceId() >= gpus) {
                throw new SaeException(spelled(wanted) + " was asked for, but there are " + gpus + " CUDA devices.");
            }
            return wanted;
        }
        if (!Device.Type.CPU.equals(wanted.getDeviceType())) {
            throw new SaeException(wanted + " was asked for, but an SAE runs on cpu or gpu.");
        }
        return Device.cpu();
    }

    private static String spelled(Device gpu) {
        return gpu.getDeviceId() < 0 ? "cuda" : "cuda:" + gpu.getDeviceId();
    }

    private static Engine engine() {
        try {
            return Holder.ENGINE;
        } catch (ExceptionInInitializerError e) {
            if (e.getCause() instanceof SaeException sae) {
                throw sae;
            }
            throw e;
        } catch (NoClassDefFoundError e) {
            throw new SaeException("DJL's PyTorch engine did not start earlier in this process: " + e.getMessage(), e);
        }
    }
}
