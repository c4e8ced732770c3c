package io.github.sae4j.data.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.OutputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A target is checked when it is named, before any work is done. */
class FeatureTargetTest {

    @TempDir
    private Path folder;

    @Test
    void theEndingTellsTheKindOfFile() {
        assertThat(FeatureTarget.file(OutputFile.of(folder.resolve("F.NPZ"))).format())
                .isEqualTo(FeatureFormat.NPZ);
        OutputFile csv = OutputFile.of(folder.resolve("f.csv"));
        assertThatThrownBy(() -> FeatureTarget.file(csv))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(folder.resolve("f.csv") + " must end in one of .safetensors, .npz, .parquet, .jsonl.");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a right of their own there")
    void ofALinkItIsTheLinksOwnEnding() throws IOException {
        Path data = Files.createFile(folder.resolve("data"));
        Path link = Files.createSymbolicLink(folder.resolve("f.parquet"), data);

        FeatureTarget.InFile target = FeatureTarget.file(OutputFile.replacing(link));

        assertThat(target.format()).isEqualTo(FeatureFormat.PARQUET);
        assertThat(target.file().path()).isEqualTo(data.toRealPath());
    }

    @Test
    void aFolderForDelphiIsNoFile() throws IOException {
        Path file = Files.createFile(folder.resolve("latents"));

        assertThatThrownBy(() -> FeatureTarget.delphi(file).replacing())
                .isInstanceOf(DataException.class)
                .hasMessage(file + ": this is a file, but a delphi folder names a folder.");
        assertThat(FeatureTarget.delphi(folder.resolve("new")).path()).isEqualTo(folder.resolve("new"));
    }
}
