package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Weights that change under an open SAE end in a sentence, and other SAEs go on. */
class UnreadableWeightsTest {

    private static final String SENTENCE = "The weights of memory cannot be read any more:";

    @TempDir
    Path folder;

    /** A source that finds its weights changed when it is told to. */
    private static final class Watched implements SaeSource {

        private boolean changed;
        private int looks = Integer.MAX_VALUE;

        @Override
        public String description() {
            return "watched";
        }

        @Override
        public void requireUnchanged() {
            if (changed || looks-- == 0) {
                throw new SaeException("The weights have changed.");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Kernel.class)
    void areNoticedBeforeTheyAreRead(Kernel kernel) {
        Watched source = new Watched();
        TinySae tiny = TinySae.of(16, 40);
        try (SparseAutoencoder sae =
                tiny.builder().source(source).kernel(kernel).build()) {
            float[][] activations = tiny.activations(2, 1);
            SparseFeatures features = sae.encode(activations);
            source.changed = true;
            assertThatThrownBy(() -> sae.encode(activations)).hasMessage("The weights have changed.");
            assertThatThrownBy(() -> sae.decode(features)).hasMessage("The weights have changed.");
            assertThatThrownBy(() -> sae.reconstruct(activations)).hasMessage("The weights have changed.");
            source.changed = false;
            assertThat(sae.encode(activations).activeCount()).isEqualTo(features.activeCount());
        }
    }

    @ParameterizedTest
    @EnumSource(Kernel.class)
    void areNoticedAfterTheyWereReadAndNothingIsLeftOfTheResult(Kernel kernel) {
        Watched source = new Watched();
        TinySae tiny = TinySae.of(16, 40);
        try (SparseAutoencoder sae =
                        tiny.builder().source(source).kernel(kernel).build();
                NDManager manager = sae.newManager()) {
            NDArray x = manager.create(TinySae.flat(tiny.activations(2, 1)), new Shape(2, 16));
            NDArray features = sae.encodeDense(x);
            int arrays = manager.getManagedArrays().size();
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> sae.encode(x), () -> sae.decode(features), () -> sae.reconstruct(x), () -> sae.forward(x))) {
                source.looks = 1;
                assertThatThrownBy(call).hasMessage("The weights have changed.");
                assertThat(manager.getManagedArrays()).hasSize(arrays);
            }
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void endInASentenceWhereTheirFileWasCutBeforeTheyAreLookedThrough() throws IOException {
        assertThatThrownBy(() -> CutWeights.builderOfCutEncoder(folder).build())
                .isInstanceOf(SaeException.class)
                .hasMessageStartingWith(SENTENCE);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void endInASentenceWhereTheirFileWasCut() throws IOException {
        try (CutWeights weights = CutWeights.encoder(folder, WeightType.FLOAT32, false, Kernel.PLAIN)) {
            float[][] activations = new float[8][CutWeights.D_IN];
            assertThat(weights.sae().encode(activations).activeCount()).isZero();
            weights.cut();
            for (int again = 0; again < 3; again++) {
                assertThatThrownBy(() -> weights.sae().encode(activations))
                        .isInstanceOf(SaeException.class)
                        .hasMessageStartingWith(SENTENCE)
                        .hasMessageEndingWith("or its disk fails. Open the SAE again.");
            }
        }
        TinySae other = TinySae.of(16, 40);
        try (SparseAutoencoder sae = other.builder().kernel(Kernel.PLAIN).build()) {
            assertThat(sae.encode(other.activations(2, 1)).activeCount()).isPositive();
        }
    }

    /** In a process of its own, which compiles what it calls again and again, and calls nothing else. */
    @ParameterizedTest
    @CsvSource({
        "encode, FLOAT32, false, 1", "encode, FLOAT32, false, 8", "encode, FLOAT32, true, 8",
        "encode, BFLOAT16, false, 1", "encode, BFLOAT16, false, 4", "encode, BFLOAT16, false, 8",
        "encode, FLOAT16, false, 8", "decode, FLOAT32, false, 1", "decode, BFLOAT16, false, 1"
    })
    @EnabledOnOs(OS.LINUX)
    void endInASentenceInCompiledCode(String call, WeightType type, boolean transposed, int tokens)
            throws IOException, InterruptedException {
        ForkedJvm jvm = ForkedJvm.run(
                folder,
                CutWeights.class,
                ForkedJvm.VECTORS,
                "-Xbatch",
                "-XX:-TieredCompilation",
                "-XX:CompileThreshold=1000",
                "-Dcall=" + call,
                "-Dtype=" + type.name(),
                "-Dtransposed=" + transposed,
                "-Dtokens=" + tokens);
        assertThat(jvm.output()).contains(SENTENCE);
        assertThat(jvm.exitCode()).isZero();
    }
}
