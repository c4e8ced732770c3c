package io.github.sae4j.core.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.Relu;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** libtorch is asked for CUDA devices only where it may have some that an SAE can use. */
class DevicesTest {

    private static final Relu RULE = Relu.of(new float[3]);

    @Test
    void areNotLookedForWhereTheLibraryIsForTheCpu() {
        assertThat(NativeLibrary.mayUseCuda()).isFalse();
        assertThat(Devices.mayUseCuda(null, RULE, () -> true)).isFalse();
    }

    @Test
    void areLookedForWhereDriverLibraryRuleAndKernelMayUseThem(@TempDir Path folder) throws Exception {
        Path bundle = folder.resolve("native/lib/pytorch.properties");
        Files.createDirectories(bundle.getParent());
        Files.writeString(bundle, "version=2.7.1\nflavor=cu128\n");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
            thread.setContextClassLoader(loader);
            assertThat(Devices.mayUseCuda(null, RULE, () -> true)).isTrue();
            assertThat(Devices.mayUseCuda(Kernel.TORCHSCRIPT, RULE, () -> true)).isTrue();
            assertThat(Devices.mayUseCuda(null, RULE, () -> false)).isFalse();
            assertThat(Devices.mayUseCuda(Kernel.PLAIN, RULE, () -> true)).isFalse();
            assertThat(Devices.mayUseCuda(null, new InJavaOnly(), () -> true)).isFalse();
        } finally {
            thread.setContextClassLoader(before);
        }
        assertThat(Devices.choose(null, null, RULE)).isEqualTo(Device.cpu());
    }

    /** A rule of a user's own, without TorchScript. */
    private static final class InJavaOnly implements BlockRule {

        @Override
        public int dSae() {
            return 3;
        }

        @Override
        public float[] bias() {
            return new float[3];
        }

        @Override
        public float value(int feature, float h) {
            return Math.max(h, 0);
        }
    }
}
