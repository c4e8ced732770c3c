package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.pytorch.jni.JniUtils;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThreadLimitTest {

    @ParameterizedTest
    @ValueSource(strings = {"many", "", "0", "-2", "1.5", "99999999999"})
    void isRefusedWhereItIsNoNumberOfThreads(String value, @TempDir Path folder) throws Exception {
        ForkedJvm run = ForkedJvm.run(folder, Twice.class, ForkedJvm.VECTORS, "-Dsae4j.threads=" + value);

        String sentence = "INVALID_ARGUMENT The system property sae4j.threads is '" + value
                + "', but it must be a number of threads, at least 1.";
        assertThat(run.output().lines())
                .filteredOn(line -> line.contains("sae4j.threads"))
                .containsExactly(sentence, sentence);
        assertThat(run.exitCode()).as(run.output()).isZero();
    }

    @Test
    void bindsTheSharedRuntime(@TempDir Path folder) throws Exception {
        ForkedJvm run = ForkedJvm.run(folder, Twice.class, ForkedJvm.VECTORS, "-Dsae4j.threads=3");

        assertThat(run.output().lines()).contains("3 threads");
    }

    @Test
    void bindsLibtorch(@TempDir Path folder) throws Exception {
        ForkedJvm run = ForkedJvm.run(folder, OnLibtorch.class, ForkedJvm.VECTORS, "-Dsae4j.threads=1");

        assertThat(run.output().lines()).contains("1 of libtorch's threads");
    }

    /** Opens an SAE on libtorch. */
    static final class OnLibtorch {

        private OnLibtorch() {}

        public static void main(String[] args) {
            TinySae tiny = TinySae.of(TinySae.config(4, 8, Normalization.NONE, Reshape.NONE, true), WeightType.FLOAT32);
            try (SparseAutoencoder sae =
                    tiny.builder().kernel(Kernel.TORCHSCRIPT).build()) {
                sae.encode(tiny.activations(2, 1));
                System.out.println(JniUtils.getNumThreads() + " of libtorch's threads");
            }
        }
    }

    /** Opens an SAE and the runtime, each with the limit of the process. */
    static final class Twice {

        private Twice() {}

        public static void main(String[] args) {
            TinySae tiny = TinySae.of(TinySae.config(4, 8, Normalization.NONE, Reshape.NONE, true), WeightType.FLOAT32);
            attempt(() -> tiny.builder().build().close());
            attempt(() -> System.out.println(SaeRuntime.shared().threads() + " threads"));
        }

        private static void attempt(Runnable call) {
            try {
                call.run();
            } catch (SaeException e) {
                System.out.println(e.reason() + " " + e.getMessage());
            }
        }
    }
}
