package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.fixtures.SetCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --prepared} changes no byte of what a command makes, and is refused where it would do nothing. */
class PreparedEncodingTest {

    @TempDir
    private Path folder;

    private final ReferenceCase reference = ReferenceCase.named("standard-f32");

    private Path io() {
        return reference.folder().resolve("io.safetensors");
    }

    private CommandRun run(String command, Object... options) {
        return sae(Stream.concat(
                        Stream.of(command, io(), "--tensor", "x", "--sae", reference.folder()), Stream.of(options))
                .toArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"encode", "reconstruct"})
    void theFileHasTheSameBytes(String command) throws IOException {
        Path out = folder.resolve("out.safetensors");
        Path prepared = folder.resolve("prepared.safetensors");

        CommandRun without = run(command, "--out", out);
        CommandRun with = run(command, "--out", prepared, "--prepared");

        assertThat(without.exitCode()).as(without.err()).isZero();
        assertThat(with.exitCode()).as(with.err()).isZero();
        assertThat(Files.readAllBytes(prepared)).isEqualTo(Files.readAllBytes(out));
    }

    @Test
    void theMeasuresAndTheFeaturesAreTheSame() {
        assertThat(run("eval", "--json", "--prepared")).isEqualTo(run("eval", "--json"));
        assertThat(run("features", "--top", "3", "--prepared")).isEqualTo(run("features", "--top", "3"));
    }

    @Test
    void aReportCanBeMade() {
        CommandRun run = run("report", "--out", folder.resolve("report.html"), "--prepared");
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    @Test
    void theTableOfSpeedSaysThatItWas() {
        CommandRun run =
                sae("bench", "--d-in", "32", "--d-sae", "640", "--tokens", "2", "--seconds", "0.001", "--prepared");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).containsPattern("kernel +vector, prepared\\R");
    }

    @ParameterizedTest
    @ValueSource(strings = {"check", "decode"})
    void commandsThatDoNotEncodeManyTokensDoNotHaveIt(String command) {
        CommandRun run = sae(command, io(), "--sae", reference.folder(), "--prepared");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--prepared");
    }

    @Test
    void anotherKernelIsRefused() {
        CommandRun run = run("eval", "--prepared", "--kernel", "plain");
        assertThat(run.exitCode()).isOne();
        assertThat(run.err())
                .contains(
                        "cannot be opened: This SAE cannot be prepared: it runs on the plain kernel, and only the vector"
                                + " kernel has a screen.")
                .hasLineCount(1);
    }

    @Test
    void aSetOfLayersIsRefused() {
        SetCase set = SetCase.named("gs2_clt_affine");
        CommandRun run = sae(
                "encode",
                set.io(),
                "--tensor",
                "x",
                "--sae",
                set.setFolder(),
                "--out",
                folder.resolve("out.safetensors"),
                "--prepared");
        assertThat(run.exitCode()).isOne();
        assertThat(run.err())
                .isEqualTo("sae: " + set.setFolder() + " is a set of layers, and --prepared is for one SAE."
                        + System.lineSeparator());
    }
}
