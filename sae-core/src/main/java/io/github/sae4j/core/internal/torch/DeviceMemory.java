package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import java.lang.management.MemoryUsage;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks how much memory of a device is free. */
final class DeviceMemory {

    private static final Logger LOG = LoggerFactory.getLogger(DeviceMemory.class);

    private DeviceMemory() {}

    /** Returns the free bytes of a GPU; empty for the CPU, and where CUDA's runtime cannot be asked. */
    static OptionalLong free(Device device) {
        if (!device.isGpu()) {
            return OptionalLong.empty();
        }
        try {
            MemoryUsage usage = CudaUtils.getGpuMemory(device);
            long free = usage.getMax() - usage.getCommitted();
            return free < 0 ? OptionalLong.empty() : OptionalLong.of(free);
        } catch (RuntimeException | LinkageError e) {
            LOG.debug("The free memory of {} is not known", device, e);
            return OptionalLong.empty();
        }
    }
}
