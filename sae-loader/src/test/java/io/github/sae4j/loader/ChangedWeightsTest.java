package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A weights file that is cut or written while its SAE is open ends in a sentence; one that is replaced does no harm. */
@EnabledOnOs(OS.LINUX)
class ChangedWeightsTest {

    private static final float[] ACTIVATION = {3, 1};

    @TempDir
    private Path folder;

    private Path weights;

    @BeforeEach
    void writeAnSae() throws IOException {
        new TinySae().in(folder);
        weights = folder.resolve("sae_weights.safetensors");
    }

    private SparseAutoencoder open(Kernel kernel) {
        return SAE.from(folder).device(Device.cpu()).kernel(kernel).open();
    }

    @ParameterizedTest
    @EnumSource(Kernel.class)
    void aFileThatIsCutIsNoticedBeforeItIsRead(Kernel kernel) throws IOException {
        try (SparseAutoencoder sae = open(kernel)) {
            assertThat(sae.encode(ACTIVATION).activeCount()).isPositive();
            long bytes = Files.size(weights);
            try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
                file.setLength(16);
            }
            assertThatThrownBy(() -> sae.encode(ACTIVATION))
                    .isInstanceOf(SaeException.class)
                    .hasMessage(weights.toAbsolutePath() + " had " + bytes
                            + " bytes when the SAE was opened, and has 16 now, so its weights are not those that were"
                            + " opened: open the SAE again.");
            assertThatThrownBy(() -> sae.reconstruct(ACTIVATION)).isInstanceOf(SaeException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Kernel.class)
    void aFileThatIsWrittenIsNoticed(Kernel kernel) throws IOException {
        try (SparseAutoencoder sae = open(kernel)) {
            Files.setLastModifiedTime(weights, FileTime.from(Instant.parse("2031-01-01T00:00:00Z")));
            assertThatThrownBy(() -> sae.encode(ACTIVATION))
                    .isInstanceOf(SaeException.class)
                    .hasMessageContaining("was written at 2031-01-01T00:00:00Z, after the SAE was opened");
        }
    }

    @ParameterizedTest
    @EnumSource(Kernel.class)
    void aFileThatIsReplacedOrDeletedDoesNoHarm(Kernel kernel) throws IOException {
        try (SparseAutoencoder sae = open(kernel)) {
            float[] features = sae.encode(ACTIVATION).toDense()[0];
            Path other = Files.write(folder.resolve("other"), new byte[3]);
            Files.move(other, weights, StandardCopyOption.REPLACE_EXISTING);
            assertThat(sae.encode(ACTIVATION).toDense()[0]).isEqualTo(features);
            Files.delete(weights);
            assertThat(sae.encode(ACTIVATION).toDense()[0]).isEqualTo(features);
        }
    }

    @Test
    void theHashIsNeverThatOfAFileThatHasTakenTheName() throws IOException {
        String hash;
        try (SparseAutoencoder sae = SAE.fromDisk(folder)) {
            hash = sae.source().sha256().orElseThrow();
        }
        try (SparseAutoencoder asked = SAE.fromDisk(folder);
                SparseAutoencoder notAsked = SAE.fromDisk(folder)) {
            assertThat(asked.source().sha256()).contains(hash);
            Files.move(
                    Files.write(folder.resolve("other"), Files.readAllBytes(weights)),
                    weights,
                    StandardCopyOption.REPLACE_EXISTING);

            assertThat(asked.source().sha256()).contains(hash);
            assertThatThrownBy(() -> notAsked.source().sha256())
                    .isInstanceOf(SaeException.class)
                    .hasMessage(
                            weights.toAbsolutePath() + " is another file than when the SAE was opened, so its weights"
                                    + " are not those that were opened: open the SAE again.");
            Files.delete(weights);
            assertThatThrownBy(() -> notAsked.source().sha256()).isInstanceOf(SaeException.class);
        }
    }
}
