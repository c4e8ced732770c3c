package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.Closeness;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Java arrays on the CPU need no libtorch. Programs in processes of their own, which have none of its libraries on the class
 * path, encode and decode with all kinds of SAEs; one that asks for libtorch is told what is missing, and goes on without.
 */
class WithoutLibtorchTest {

    private static final int D_IN = 24;
    private static final int D_SAE = 200;
    private static final int D_OUT = 36;

    @Test
    void aUnitTestOfAServiceNeedsNoNativeLibrary() {
        SaeConfig config = SaeConfig.standard(2, 3);
        try (SparseAutoencoder sae = SparseAutoencoder.builder(config)
                .encoder(WeightMatrix.of(new float[][] {{1, 0, -1}, {0, 1, -1}}))
                .decoder(WeightMatrix.of(new float[][] {{1, 0}, {0, 1}, {-1, -1}}))
                .decoderBias(new float[2])
                .activation(Relu.of(new float[3]))
                .kernel(Kernel.PLAIN)
                .build()) {
            assertThat(sae.reconstruct(new float[] {3, 4})).containsExactly(3, 4);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyKindEncodesDecodesAndReconstructs(boolean vectors, @TempDir Path folder) throws Exception {
        ForkedJvm run = vectors
                ? ForkedJvm.runWithoutNativeJars(folder, EveryKind.class, ForkedJvm.VECTORS)
                : ForkedJvm.runWithoutNativeJars(
                        folder, EveryKind.class, "-Dorg.slf4j.simpleLogger.log.io.github.sae4j=warn");
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output())
                .contains(vectors ? "kernel vector" : "kernel plain")
                .contains("kinds " + kinds().size())
                .contains("native libraries []");
        if (!vectors) {
            assertThat(run.output())
                    .containsOnlyOnce(
                            "The plain kernel encodes on the CPU, for this JVM has no module jdk.incubator.vector:");
        }
    }

    @Test
    void saysWhatIsMissingWhenLibtorchIsAskedFor(@TempDir Path folder) throws Exception {
        ForkedJvm run = ForkedJvm.runWithoutNativeJars(
                folder, AsksForLibtorch.class, ForkedJvm.VECTORS, "-Dai.djl.repository.zoo.location=none");
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output())
                .contains("1: There is no libtorch for DJL's PyTorch engine")
                .contains("2: There is no libtorch for DJL's PyTorch engine")
                .contains("Add a native library for this platform to the class path, for example"
                        + " ai.djl.pytorch:pytorch-native-cpu with the classifier of this platform. Java arrays on the CPU"
                        + " need none.")
                .contains("still 2 tokens");
    }

    @Test
    void saysWhatAMergeOfJarsHasLost(@TempDir Path folder) throws Exception {
        ForkedJvm run = ForkedJvm.runWithoutServices(folder, AsksForLibtorch.class, ForkedJvm.VECTORS);
        assertThat(run.exitCode()).isNotZero();
        assertThat(run.output())
                .contains("No kernel is found, for the class path lacks"
                        + " META-INF/services/io.github.sae4j.core.internal.kernel.KernelProvider of sae-core: where jars are"
                        + " merged into one, the files in META-INF/services must be kept.");
    }

    /** Every rule, with and without a transcoder's skip matrix, straight and transposed. */
    private static Map<String, SaeBuilder> kinds() {
        Map<String, SaeBuilder> kinds = new LinkedHashMap<>();
        for (PlainRule rule : PlainRule.values()) {
            for (WeightType type : WeightType.values()) {
                TinySae tiny = TinySae.of(SaeConfig.standard(D_IN, D_SAE), type).withRule(rule);
                kinds.put(rule + " " + type, tiny.builder());
                kinds.put(
                        rule + " " + type + " transposed",
                        tiny.lyingTransposed(true, true).builder());
            }
        }
        TinySae transcoder =
                TinySae.of(TinySae.transcoder(D_IN, D_SAE, D_OUT, Normalization.NONE), WeightType.BFLOAT16);
        kinds.put("transcoder", transcoder.builder());
        kinds.put("skip transcoder", transcoder.builder().skip(WeightMatrix.of(skip())));
        TinySae normalised = TinySae.of(
                TinySae.config(D_IN, D_SAE, Normalization.LAYER_NORM, Reshape.NONE, true), WeightType.FLOAT16);
        kinds.put("layer norm", normalised.builder());
        kinds.put(
                "matching pursuit",
                PursuitTest.builder(
                        TinySae.of(SaeConfig.standard(D_IN, D_SAE), WeightType.FLOAT32),
                        MatchingPursuit.of(D_SAE).maxIterations(6)));
        return kinds;
    }

    private static float[][] skip() {
        return TinySae.matrix(new SplittableRandom(5), D_OUT, D_IN, WeightType.FLOAT32);
    }

    /** Runs every kind on the kernel that is chosen, compares it with the plain one, and prints what is loaded. */
    static final class EveryKind {

        private EveryKind() {}

        public static void main(String[] args) throws Exception {
            float[][] x = TinySae.matrix(new SplittableRandom(1), 7, D_IN, WeightType.FLOAT32);
            Map<String, SaeBuilder> plain = kinds();
            int same = 0;
            for (Map.Entry<String, SaeBuilder> kind : kinds().entrySet()) {
                try (SparseAutoencoder sae = kind.getValue().build();
                        SparseAutoencoder other =
                                plain.get(kind.getKey()).kernel(Kernel.PLAIN).build()) {
                    SparseFeatures features = sae.encode(x);
                    assertThat(flat(features.toDense()))
                            .as(kind.getKey())
                            .is(Closeness.closeTo(flat(other.encode(x).toDense())));
                    assertThat(flat(sae.decode(features)))
                            .as(kind.getKey())
                            .is(Closeness.closeTo(flat(other.decode(features))));
                    assertThat(flat(sae.reconstruct(x)))
                            .as(kind.getKey())
                            .is(Closeness.closeTo(flat(other.reconstruct(x))));
                    if (same == 0) {
                        System.out.println("kernel " + sae.kernel());
                    }
                    same++;
                }
            }
            System.out.println("kinds " + same);
            System.out.println("native libraries " + foreignLibraries());
        }

        private static float[] flat(float[][] rows) {
            return TinySae.flat(rows);
        }

        /** Returns what is mapped into this process and looks like libtorch, DJL's binding or JNA's; nothing but on Linux. */
        private static List<String> foreignLibraries() throws Exception {
            List<String> found = new ArrayList<>();
            Path maps = Path.of("/proc/self/maps");
            if (Files.isReadable(maps)) {
                for (String line : Files.readAllLines(maps)) {
                    if (line.matches(".*(torch|libc10|djl|jnidispatch|gomp).*") && line.contains(".so")) {
                        found.add(line);
                    }
                }
            }
            return found;
        }
    }

    /** Asks for an array of DJL's, and then goes on without. */
    static final class AsksForLibtorch {

        private AsksForLibtorch() {}

        public static void main(String[] args) {
            TinySae tiny = TinySae.of(8, 16);
            try (SparseAutoencoder sae = tiny.open()) {
                for (int attempt = 1; attempt <= 2; attempt++) {
                    try {
                        sae.newManager().close();
                    } catch (SaeException e) {
                        System.out.println(attempt + ": " + e.getMessage());
                    }
                }
                System.out.println("still " + sae.encode(tiny.activations(2, 1)).tokens() + " tokens");
            }
        }
    }
}
