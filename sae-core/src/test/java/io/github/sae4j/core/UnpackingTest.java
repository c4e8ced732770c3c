package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where libtorch cannot be unpacked, each who asks for it is told so, and what plain Java can do it does. */
class UnpackingTest {

    @Test
    void isRefusedByNameEachTimeAndLeavesPlainJava(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        ForkedJvm run = ForkedJvm.run(
                folder,
                Opens.class,
                "-DDJL_CACHE_DIR=" + file.resolve("cache"),
                "-Dorg.slf4j.simpleLogger.log.io.github.sae4j=warn");
        assertThat(run.exitCode()).as(run.output()).isZero();
        String sentence = "libtorch could not be unpacked: ";
        assertThat(run.output())
                .contains("first UNAVAILABLE " + sentence)
                .contains("second UNAVAILABLE " + sentence)
                .contains("the environment variable DJL_CACHE_DIR names another folder")
                .contains("Plain Java encodes, which is slow, as the torchscript kernel does not start: " + sentence)
                .contains("plain 2 tokens");
    }

    /** Asks for libtorch twice, and then for any kernel, without the module of the vector kernel. */
    static final class Opens {

        private Opens() {}

        public static void main(String[] args) {
            TinySae tiny = TinySae.of(8, 16);
            for (String attempt : new String[] {"first", "second"}) {
                try {
                    tiny.builder().kernel(Kernel.TORCHSCRIPT).build().close();
                } catch (SaeException e) {
                    System.out.println(attempt + " " + e.reason() + " " + e.getMessage());
                }
            }
            try (SparseAutoencoder sae = tiny.builder().build()) {
                System.out.println(
                        sae.kernel() + " " + sae.encode(tiny.activations(2, 1)).tokens() + " tokens");
            }
        }
    }
}
