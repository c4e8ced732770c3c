package io.github.sae4j.core.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Asking for free memory never fails; what is not known is not said. */
class DeviceMemoryTest {

    @Test
    void saysNothingOfTheCpu() {
        assertThat(DeviceMemory.free(Device.cpu())).isEmpty();
    }

    @Test
    void saysNothingOfAGpuThatIsNotThere() {
        assumeTrue(Engine.getEngine("PyTorch").getGpuCount() == 0, "the PyTorch engine sees a GPU");
        assertThat(DeviceMemory.free(Device.gpu())).isEmpty();
        assertThat(ChunkSize.of(Device.gpu(), 3072, 49152, 0).tokens()).isBetween(256, 4096);
    }

    @Test
    @Tag("gpu")
    void knowsTheFreeMemoryOfAGpu() {
        assumeTrue(Engine.getEngine("PyTorch").getGpuCount() > 0, "the PyTorch engine sees no GPU");
        assertThat(DeviceMemory.free(Device.gpu())).isPresent();
        assertThat(DeviceMemory.free(Device.gpu()).getAsLong()).isBetween(1L << 20, 1L << 40);
    }
}
