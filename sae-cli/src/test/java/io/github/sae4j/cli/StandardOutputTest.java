package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is printed on standard output, and what becomes of a command that cannot print. */
class StandardOutputTest {

    @TempDir
    private Path folder;

    private Path activations() {
        return InputFiles.safetensors()
                .floats("x", new long[] {3, 4}, 1, 0, 3, -4, 0, 0, 0, 0, -5, -6, 0.1f, 1e-9f)
                .write(folder.resolve("été.safetensors"));
    }

    @Test
    void theLinesAreThoseOfTheFile() throws IOException {
        Path smallSae = SmallSae.write(folder.resolve("small"));
        Path file = folder.resolve("f.jsonl");

        CommandRun run = sae("encode", activations(), "--sae", smallSae, "--out", file, "--out", "-");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo(Files.readString(file)).doesNotContain("metadata");
        assertThat(run.err()).contains("3 tokens").contains("f.jsonl");
    }

    @Test
    void theFirstLineTellsTheOriginIfThatIsAskedFor() throws IOException {
        Path smallSae = SmallSae.write(folder.resolve("small"));
        Path file = folder.resolve("f.jsonl");

        CommandRun run = sae("encode", activations(), "--sae", smallSae, "--out", file, "--out", "-", "--metadata");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .isEqualTo(Files.readString(file).replace("é", "\\u00e9"))
                .startsWith("{\"metadata\":{\"shape\":\"[3,6]\",")
                .hasLineCount(4);
    }

    @Test
    void aReaderThatHasEndedEndsTheWork() {
        Path smallSae = SmallSae.write(folder.resolve("small"));
        StringWriter err = new StringWriter();

        int exitCode = SaeCommand.run(
                new PrintWriter(new Broken(), true, StandardCharsets.UTF_8),
                new PrintWriter(err, true),
                "encode",
                activations().toString(),
                "--sae",
                smallSae.toString(),
                "--out",
                "-",
                "--out",
                folder.resolve("f.npz").toString());

        assertThat(exitCode).isEqualTo(1);
        assertThat(err)
                .hasToString("sae: Standard output cannot be written; whoever reads it may have ended."
                        + System.lineSeparator());
        assertThat(CommandRun.namesIn(folder)).containsExactly("small", "été.safetensors");
    }

    /** A pipe without a reader. */
    private static final class Broken extends OutputStream {

        @Override
        public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "eval IN --sae SAE",
                "eval IN --sae SAE --json",
                "check IN --sae SAE",
                "features IN --sae SAE --top 1",
                "features IN --sae SAE --top 1 --json",
                "list",
                "list gemma layer=3",
                "info SAE",
                "cache --cache FOLDER",
                "cache list --cache FOLDER",
                "cache verify --cache FOLDER",
                "demo --keep FOLDER/kept",
                "bench --d-in 8 --d-sae 16 --tokens 1 --seconds 0.001",
                "bench --d-in 8 --d-sae 16 --tokens 1 --seconds 0.001 --json",
                "doctor --offline",
                "completion bash",
                "completion fish",
                "man",
                "help",
                "help encode",
                "--help",
                "encode --help",
                "--version"
            })
    void whatCannotBePrintedFails(String command) {
        String in = activations().toString();
        String smallSae = SmallSae.write(folder.resolve("small")).toString();
        StringWriter err = new StringWriter();

        int exitCode = SaeCommand.run(
                new PrintWriter(new Broken(), true, StandardCharsets.UTF_8),
                new PrintWriter(err, true),
                Arrays.stream(command.split(" ", -1))
                        .map(word -> word.equals("IN") ? in : word.equals("SAE") ? smallSae : word)
                        .map(word -> word.replace("FOLDER", folder.toString()))
                        .toArray(String[]::new));

        assertThat(exitCode).isEqualTo(1);
        assertThat(err.toString().lines())
                .filteredOn(line -> line.startsWith("sae: "))
                .containsExactly("sae: Standard output cannot be written; whoever reads it may have ended.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "--help", "completion bash", "info demo"})
    void aFullDiskIsNamed(String command) throws IOException, InterruptedException {
        assumeThat(Path.of("/dev/full")).exists();

        CommandRun run = inShell(command + " > /dev/full");

        assertThat(run.err()).isEqualTo("sae: Standard output cannot be written: No space left on device.\n");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"list gemma --json|1", "list gemma|3", "encode IN --sae SAE --out -|1"})
    void aReaderThatWantsNoMoreIsNoFailure(String command, int lines) throws IOException, InterruptedException {
        Path smallSae = SmallSae.write(folder.resolve("small"));
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {4096, 4}, new float[4 * 4096])
                .write(folder.resolve("many.safetensors"));

        CommandRun run = inShell("{ "
                + command.replace("IN", "'" + in + "'").replace("SAE", "'" + smallSae + "'")
                + "; echo $? >'" + folder.resolve("code") + "'; } | head -n " + lines);

        assertThat(run.err().lines()).noneMatch(line -> line.startsWith("sae:") || line.contains("Exception"));
        assertThat(run.out().lines()).hasSize(lines);
        assertThat(folder.resolve("code")).hasContent("141");
    }

    @Test
    void filesThatAreNotMadeForThatReasonAreNotPassedOver() throws IOException, InterruptedException {
        Path smallSae = SmallSae.write(folder.resolve("small"));
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {4096, 4}, new float[4 * 4096])
                .write(folder.resolve("many.safetensors"));

        CommandRun run = inShell("{ encode '" + in + "' --sae '" + smallSae + "' --out - --out '"
                + folder.resolve("f.npz") + "'; echo $? >'" + folder.resolve("code") + "'; } | head -n 1");

        assertThat(run.err().lines())
                .containsOnlyOnce(
                        "sae: Standard output cannot be written, as whoever reads it has ended; so none of the"
                                + " other files was made.");
        assertThat(folder.resolve("code")).hasContent("1");
        assertThat(folder.resolve("f.npz")).doesNotExist();
    }

    /** Runs a line of a shell's in which the first word after a brace or at the beginning is a command of sae. */
    private CommandRun inShell(String line) throws IOException, InterruptedException {
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
        String launcher = "sae() { '" + String.join("' '", CommandRun.beginning(System.getProperty("java.class.path")))
                + "' \"$@\"; }; ";
        String called = line.startsWith("{ ") ? "{ sae " + line.substring(2) : "sae " + line;
        Path err = folder.resolve("err.txt");
        Process process = new ProcessBuilder("sh", "-c", launcher + called)
                .redirectError(err.toFile())
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new CommandRun(process.waitFor(), out, Files.readString(err));
    }

    @Test
    void aFileMayNotBeDenseOrDividedThere() {
        Path smallSae = SmallSae.write(folder.resolve("small"));
        Path in = activations();

        CommandRun dense = sae("encode", in, "--sae", smallSae, "--out", "-", "--dense");
        CommandRun divided = sae("encode", in, "--sae", smallSae, "--out", "-", "--shard-tokens", 1);
        CommandRun twice = sae("encode", in, "--sae", smallSae, "--out", "-", "--out", "-");

        assertThat(dense.err())
                .startsWith("sae: A stream of JSON lines has no dense form; --dense is for .safetensors files;");
        assertThat(divided.err()).startsWith("sae: --shard-tokens divides files, so --out - cannot go with it;");
        assertThat(twice.err()).startsWith("sae: --out names the same file twice, -;");
        assertThat(dense.exitCode() + divided.exitCode() + twice.exitCode()).isEqualTo(6);
    }
}
