package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Disks that are full, folders that cannot be written, and inputs that change while they are read. */
class TroubleTest {

    private static final int TOKENS = 20_000;

    @TempDir
    private Path folder;

    private Path smallSae;

    @BeforeEach
    void makeSae() {
        smallSae = SmallSae.write(folder.resolve("small"));
    }

    private Path activations(String name, int tokens) {
        float[] x = new float[tokens * 4];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 7 - 3.5f;
        }
        return InputFiles.safetensors()
                .floats("x", new long[] {tokens, 4}, x)
                .longs("token_ids", new long[tokens])
                .write(folder.resolve(name));
    }

    private static int run(String... command) {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    /** A file system of its own, where this system lets us make one. */
    private Path mounted(String options) throws IOException {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        assumeThat(run("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk.toString()))
                .as("this system lets us mount a file system")
                .isZero();
        return disk;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--out f.safetensors",
                "--out f.safetensors --dense",
                "--out f.npz",
                "--out f.jsonl",
                "--out f.parquet",
                "--out f.parquet --long",
                "--out delphi:f",
                "--out f.npz --out f.jsonl",
                "--out f.npz --shard-tokens 10000"
            })
    void aFullDiskLeavesNothingBehind(String options) throws IOException {
        Path in = activations("x.safetensors", TOKENS);
        Path disk = mounted("size=96k");
        try {
            Files.writeString(disk.resolve("precious.txt"), "precious");
            List<Object> arguments = new ArrayList<>(List.of("encode", in, "--sae", smallSae));
            for (String option : options.split(" ", -1)) {
                boolean isFile = option.contains("f.") || option.endsWith(":f");
                arguments.add(isFile ? option.replaceFirst("(delphi:)?f", "$1" + disk + "/f") : option);
            }

            CommandRun run = sae(arguments.toArray());

            assertThat(run.err())
                    .startsWith("sae: ")
                    .contains("No space left on device")
                    .hasLineCount(1);
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(CommandRun.namesIn(disk)).containsExactly("precious.txt");
            assertThat(disk.resolve("precious.txt")).hasContent("precious");
        } finally {
            run("umount", disk.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"f.safetensors", "f.npz", "f.jsonl", "f.parquet", "delphi:f"})
    void aFolderThatCannotBeWrittenIsNoticedBeforeTheWork(String out) throws IOException {
        Path in = activations("x.safetensors", 3);
        Path disk = mounted("size=96k,ro");
        try {
            CommandRun run = sae("encode", in, "--sae", smallSae, "--out", out.replaceFirst("f", disk + "/f"));

            assertThat(run.err())
                    .isEqualTo("sae: " + disk + "/" + out.replace("delphi:", "")
                            + ": no file can be written in its folder.\n");
            assertThat(run.exitCode()).isEqualTo(1);
        } finally {
            run("umount", disk.toString());
        }
    }

    /** Runs the command, and does something when it has written its first features. */
    private CommandRun encodeAnd(Runnable meanwhile, Path in) {
        StringWriter err = new StringWriter();
        Writer out = new Writer() {

            private boolean done;

            @Override
            public void write(char[] characters, int from, int count) {
                if (!done) {
                    done = true;
                    meanwhile.run();
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        int exitCode = SaeCommand.run(
                new PrintWriter(out),
                new PrintWriter(err, true),
                "encode",
                in.toString(),
                "--sae",
                smallSae.toString(),
                "--out",
                "-",
                "--out",
                folder.resolve("f.npz").toString(),
                "--batch-tokens",
                "10");
        assertThat(folder.resolve("f.npz")).doesNotExist();
        assertThat(CommandRun.namesIn(folder)).noneMatch(name -> name.startsWith("."));
        return new CommandRun(exitCode, "", err.toString());
    }

    private static void append(Path file, int bytes) {
        try {
            Files.write(file, new byte[bytes], StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void cut(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path npy() {
        byte[] values = new byte[TOKENS * 16];
        ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 1);
        return InputFiles.npy(
                folder.resolve("x.npy"), InputFiles.npyHeader("<f4", "(" + TOKENS + ", 4)"), ByteBuffer.wrap(values));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anInputThatGrowsIsNotWhatItWas(boolean tensors) {
        Path in = tensors ? activations("x.safetensors", TOKENS) : npy();

        CommandRun run = encodeAnd(() -> append(in, 160), in);

        long size = in.toFile().length();
        assertThat(run.err())
                .isEqualTo("sae: " + in + ": this file has changed while it was read, from " + (size - 160) + " to "
                        + size + " bytes.\n");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void anInputThatShrinksEndsTheWork() {
        Path in = npy();
        long size = in.toFile().length();

        CommandRun run = encodeAnd(() -> cut(in), in);

        assertThat(run.err())
                .isEqualTo("sae: " + in + ": the file has become shorter than the " + size
                        + " bytes it had when it was opened.\n");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void anInputThatIsWrittenAnewIsNotWhatItWas() {
        Path in = npy();

        CommandRun run = encodeAnd(
                () -> {
                    if (!in.toFile().setLastModified(1_000_000_000_000L)) {
                        throw new IllegalStateException();
                    }
                },
                in);

        assertThat(run.err()).isEqualTo("sae: " + in + ": this file has been written to while it was read.\n");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void anInputThatVanishesEndsTheWork(int which) throws IOException {
        Path several = Files.createDirectory(folder.resolve("several"));
        for (int i = 0; i < 2; i++) {
            Files.move(activations("x.safetensors", TOKENS), several.resolve("x" + i + ".safetensors"));
        }
        Path vanishing = several.resolve("x" + which + ".safetensors");

        CommandRun run = encodeAnd(() -> delete(vanishing), several);

        assertThat(run.err())
                .isEqualTo("sae: " + vanishing
                        + (which == 0
                                ? ": this file has disappeared while it was read.\n"
                                : ": there is no such file.\n"));
        assertThat(run.exitCode()).isEqualTo(1);
    }
}
