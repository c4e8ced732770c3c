package io.github.sae4j.examples;

import static io.github.sae4j.examples.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JSON lines on standard output. */
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
        assertThat(run.out()).isEqualTo(Files.readString(file).replace("é", "\\u00e9"));
        assertThat(run.err()).contains("3 tokens").contains("f.jsonl");
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

    @Test
    void aFileMayNotBeDenseOrDividedThere() {
        Path smallSae = SmallSae.write(folder.resolve("small"));
        Path in = activations();

        CommandRun dense = sae("encode", in, "--sae", smallSae, "--out", "-", "--dense");
        CommandRun divided = sae("encode", in, "--sae", smallSae, "--out", "-", "--shard-tokens", 1);
        CommandRun twice = sae("encode", in, "--sae", smallSae, "--out", "-", "--out", "-");

        assertThat(dense.err()).startsWith("sae: --dense is for .safetensors files, not for --out -;");
        assertThat(divided.err()).startsWith("sae: --shard-tokens divides files, so --out - cannot go with it;");
        assertThat(twice.err()).startsWith("sae: --out names the same file twice, -;");
        assertThat(dense.exitCode() + divided.exitCode() + twice.exitCode()).isEqualTo(6);
    }
}
