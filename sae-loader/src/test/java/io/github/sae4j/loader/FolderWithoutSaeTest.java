package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a place on this machine that is no SAE. */
class FolderWithoutSaeTest {

    @TempDir
    private Path folder;

    @Test
    void refusesAFolderThatIsNotThere() {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.fromDisk(folder.resolve("layer_19")))
                .withMessage("There is no folder " + folder.resolve("layer_19") + ".");
    }

    @Test
    void asksForTheFolderWhenGivenAFile() {
        new TinySae().in(folder);

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.fromDisk(folder.resolve("sae_weights.safetensors")))
                .withMessage(folder.resolve("sae_weights.safetensors")
                        + " is a file, and not one that is an SAE by itself. Give the folder that holds" + " it: "
                        + folder + ".");
    }

    @Test
    void namesWhatAFolderHoldsInsteadOfWeights() throws IOException {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.fromDisk(folder))
                .withMessage(folder + " holds no SAE that is recognised. It is empty.");

        Files.writeString(folder.resolve("cfg.json"), "{}");
        Files.writeString(folder.resolve("ae.pt"), "");

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.fromDisk(folder))
                .withMessage(
                        folder + " holds no SAE that is recognised. It holds: ae.pt, cfg.json. What is lacking: for"
                                + " crosscoder_kissane cc_weights.pt, dictionary_learning_1 config.json, saelens sae_weights.safetensors, sparsify sae.safetensors.");
    }

    @Test
    void namesTheSaesInsideAFolderOfThem() {
        new TinySae().in(folder.resolve("layer_21"));
        new TinySae().in(folder.resolve("layer_19"));

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.fromDisk(folder))
                .withMessage(
                        folder + " holds no SAE that is recognised. These folders in it may: layer_19, layer_21. Give"
                                + " one of them.");
    }

    @Test
    void hasNoSettingsThatAreForPublishedSaes() {
        assertThat(SaeLoader.class.getMethods())
                .extracting(Method::getName)
                .contains("device", "open")
                .doesNotContain("hub", "revision", "forceDownload", "download");
    }
}
