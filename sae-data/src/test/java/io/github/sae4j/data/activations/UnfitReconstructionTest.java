package io.github.sae4j.data.activations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.Provenance;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file of reconstructions has a row of each token, or is not made. */
class UnfitReconstructionTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"r.npy", "r.npz", "r.safetensors"})
    void aFileThatLacksTokensIsNotMade(String name) {
        Path file = folder.resolve(name);
        try (ReconstructionOutput output = output(file)) {
            output.write(new float[][] {{1, 2, 3}});

            assertThatThrownBy(output::commit)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "Only 1 of the 2 tokens that were announced have been written, so the output is not put in place.");
        }
        assertThat(file).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"r.npy", "r.npz", "r.safetensors"})
    void rowsOfAnotherWidthAreRefused(String name) {
        try (ReconstructionOutput output = output(folder.resolve(name))) {
            assertThatThrownBy(() -> output.write(new float[][] {{1, 2, 3}, {4, 5}}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("A row is 2 wide, but d_out is 3.");
        }
    }

    private static ReconstructionOutput output(Path file) {
        return ReconstructionOutput.create(
                ReconstructionTarget.of(OutputFile.of(file)),
                Layout.of(2),
                3,
                Provenance.builder().name("sae").build());
    }
}
