package io.github.sae4j.core.internal.kernel;

import ai.djl.Device;
import io.github.sae4j.core.internal.host.KernelParts;
import org.jspecify.annotations.Nullable;

/** What the kernels that run in Java do not run. */
final class OnTheCpu {

    private OnTheCpu() {}

    /** Returns why they do not run such an SAE on a device, or null if they do. */
    static @Nullable String refusal(KernelParts parts, Device device) {
        if (device.isGpu()) {
            return "runs on the CPU, but the device is " + device;
        }
        return parts.prediction() == null ? null : "does not run temporal SAEs";
    }
}
