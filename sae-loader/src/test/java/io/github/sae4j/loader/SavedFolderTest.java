package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.Device;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.safetensors.Dtype;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Saving makes one folder, overwrites nothing, and leaves nothing behind when it fails. */
class SavedFolderTest {

    @TempDir
    private Path source;

    @TempDir
    private Path temporary;

    private SparseAutoencoder sae;
    private Path folder;

    @BeforeEach
    void open() {
        sae = SAE.from(new TinySae()
                        .sparsity("sparsity", new float[] {-1, -2, -3})
                        .in(source))
                .device(Device.cpu())
                .open();
        folder = temporary.resolve("saved");
    }

    @AfterEach
    void close() {
        sae.close();
    }

    @Test
    void makesAFolderWithThreeFilesAndNothingBesideIt() throws IOException {
        SAE.save(sae, folder);

        assertThat(names(temporary)).containsExactly("saved");
        assertThat(names(folder)).containsExactly("cfg.json", "sae_weights.safetensors", "sparsity.safetensors");
    }

    @Test
    void takesTheNameOfAnEmptyFolder() throws IOException {
        Files.createDirectory(folder);

        SAE.save(sae, folder);

        assertThat(names(temporary)).containsExactly("saved");
        assertThat(names(folder)).hasSize(3);
    }

    @Test
    void fillsTheEmptyFolderThatALinkLeadsTo() throws IOException {
        assumeThat(FileSystems.getDefault().supportedFileAttributeViews()).contains("posix");
        Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
        Files.createSymbolicLink(folder, elsewhere);

        SAE.save(sae, folder);

        assertThat(folder).isSymbolicLink();
        assertThat(names(elsewhere)).hasSize(3);
    }

    @Test
    void refusesAFolderThatHoldsAnything() throws IOException {
        Files.createDirectory(folder);
        Files.writeString(folder.resolve("notes.txt"), "mine");

        assertThatThrownBy(() -> SAE.save(sae, folder))
                .isInstanceOf(SaeLoadException.class)
                .hasMessage(
                        folder + " is not empty: it holds notes.txt. Nothing is overwritten; give a folder that does"
                                + " not exist yet, or an empty one.");

        assertThat(names(temporary)).containsExactly("saved");
        assertThat(folder.resolve("notes.txt")).hasContent("mine");
    }

    @Test
    void refusesTheFolderThatTheSaeIsReadFrom() throws IOException {
        byte[] weights = Files.readAllBytes(source.resolve("sae_weights.safetensors"));

        assertThatThrownBy(() -> SAE.save(sae, source)).hasMessageContaining("is not empty");

        assertThat(source.resolve("sae_weights.safetensors")).hasBinaryContent(weights);
        assertThat(sae.encode(new float[] {1, 2}).activeCount()).isPositive();
    }

    @Test
    void refusesAFile() throws IOException {
        Files.writeString(folder, "mine");

        assertThatThrownBy(() -> SAE.save(sae, folder))
                .isInstanceOf(SaeLoadException.class)
                .hasMessage(folder + " exists and is not a folder. An SAE is saved as a folder of its own.");

        assertThat(folder).hasContent("mine");
    }

    @Test
    void refusesALinkThatLeadsNowhere() throws IOException {
        assumeThat(FileSystems.getDefault().supportedFileAttributeViews()).contains("posix");
        Files.createSymbolicLink(folder, temporary.resolve("nothing"));

        assertThatThrownBy(() -> SAE.save(sae, folder)).hasMessageContaining("exists and is not a folder");

        assertThat(names(temporary)).containsExactly("saved");
    }

    @Test
    void makesNoFoldersAroundIt() throws IOException {
        Path deep = folder.resolve("deep");

        assertThatThrownBy(() -> SAE.save(sae, deep))
                .isInstanceOf(SaeLoadException.class)
                .hasMessage(deep + " cannot be written: the folder around it does not exist.");

        assertThat(names(temporary)).isEmpty();
    }

    @Test
    void leavesNothingWhenAWeightIsTooLarge() throws IOException {
        Path large = new TinySae()
                .tensor("W_dec", Dtype.F32, new float[] {1, 0, 0, 1, 1, 65536}, 3, 2)
                .in(temporary.resolve("large"));
        try (SparseAutoencoder tooLarge = SAE.from(large).device(Device.cpu()).open()) {
            assertThatThrownBy(() -> SAE.save(tooLarge, folder, WeightType.FLOAT16))
                    .isInstanceOf(SaeLoadException.class)
                    .hasMessage("The weight 65536.0 in row 2, column 1 of W_dec is too large to be saved in float16.");
        }

        assertThat(names(temporary)).containsExactly("large");
    }

    @Test
    void leavesNothingWhenTheThreadIsInterrupted() throws IOException {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> SAE.save(sae, folder))
                    .isInstanceOf(SaeLoadException.class)
                    .hasMessageContaining("the thread was interrupted");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }

        assertThat(names(temporary)).isEmpty();
    }

    @Test
    void leavesNothingWhereNothingCanBeWritten() throws IOException {
        assumeThat(FileSystems.getDefault().supportedFileAttributeViews()).contains("posix");
        assumeThat(System.getProperty("user.name")).isNotEqualTo("root");
        Path locked = Files.createDirectory(temporary.resolve("locked"));
        assertThat(locked.toFile().setWritable(false)).isTrue();
        try {
            assertThatThrownBy(() -> SAE.save(sae, locked.resolve("saved")))
                    .isInstanceOf(SaeLoadException.class)
                    .hasMessageEndingWith("cannot be written: access is denied.");
        } finally {
            assertThat(locked.toFile().setWritable(true)).isTrue();
        }

        assertThat(names(locked)).isEmpty();
    }

    @Test
    @SuppressWarnings("NullAway") // What users without the checker can do.
    void refusesNull() {
        assertThatThrownBy(() -> SAE.save(null, folder))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("sae must not be null.");
        assertThatThrownBy(() -> SAE.save(sae, null)).hasMessage("folder must not be null.");
        assertThatThrownBy(() -> SAE.save(sae, folder, null)).hasMessage("type must not be null.");
        assertThat(folder).doesNotExist();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
