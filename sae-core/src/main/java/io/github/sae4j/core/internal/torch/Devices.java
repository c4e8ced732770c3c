package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import io.github.sae4j.core.Activation;
import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which device an SAE is opened on. libtorch is asked only where there may be one that it alone can use. */
public final class Devices {

    private static final Logger LOG = LoggerFactory.getLogger(Devices.class);

    private Devices() {}

    /**
     * Returns the device asked for, or the best there is. If no device is asked for, a kernel that runs in Java takes the CPU,
     * and so does a rule that only such kernels run.
     *
     * @param kernel the kernel asked for, or null
     * @throws SaeException if there is no such device
     */
    public static Device choose(@Nullable Device wanted, @Nullable Kernel kernel, Activation rule) {
        if (wanted == null) {
            return mayUseCuda(kernel, rule, Devices::hasCudaDriver) ? best() : Device.cpu();
        }
        if (wanted.isGpu()) {
            return requirePresent(wanted);
        }
        if (!Device.Type.CPU.equals(wanted.getDeviceType())) {
            throw new SaeException(
                    SaeException.Reason.UNAVAILABLE, wanted + " was asked for, but an SAE runs on cpu or gpu.");
        }
        return Device.cpu();
    }

    static boolean mayUseCuda(@Nullable Kernel kernel, Activation rule, BooleanSupplier hasDriver) {
        boolean inJava = kernel != null && kernel != Kernel.TORCHSCRIPT;
        return !inJava && hasTorchScript(rule) && hasDriver.getAsBoolean() && NativeLibrary.mayUseCuda();
    }

    private static boolean hasTorchScript(Activation rule) {
        return !(rule instanceof BlockRule blockRule) || blockRule.torchScript().isPresent();
    }

    private static Device best() {
        try {
            return TorchRuntime.gpus() > 0 ? Device.gpu() : Device.cpu();
        } catch (SaeException e) {
            LOG.info("There may be a CUDA device, but the CPU is used: {}", e.getMessage());
            return Device.cpu();
        }
    }

    private static Device requirePresent(Device wanted) {
        int gpus = TorchRuntime.gpus();
        if (gpus == 0) {
            throw new SaeException(
                    SaeException.Reason.UNAVAILABLE,
                    spelled(wanted) + " was asked for, but the PyTorch engine sees no CUDA device. It needs a"
                            + " CUDA build of the native library and libcudart where JNA finds it (jna.library.path).");
        }
        if (wanted.getDeviceId() < 0 || wanted.getDeviceId() >= gpus) {
            throw new SaeException(
                    SaeException.Reason.UNAVAILABLE,
                    spelled(wanted) + " was asked for, but there are " + gpus + " CUDA devices.");
        }
        return wanted;
    }

    /** Looks for what NVIDIA's driver leaves in the file system: on Linux, in WSL and on Windows. */
    private static boolean hasCudaDriver() {
        String windows = System.getenv("SystemRoot");
        return Stream.of("/dev/nvidiactl", "/dev/dxg", "/proc/driver/nvidia/version")
                        .anyMatch(path -> Files.exists(Path.of(path)))
                || (windows != null && Files.exists(Path.of(windows, "System32", "nvcuda.dll")));
    }

    private static String spelled(Device gpu) {
        return gpu.getDeviceId() < 0 ? "cuda" : "cuda:" + gpu.getDeviceId();
    }
}
