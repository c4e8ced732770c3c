package io.github.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A command that is told to stop leaves nothing behind. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Java cannot ask a Windows process to stop, only kill it")
class InterruptionTest {

    /** So many that the work would take far longer than the test. */
    private static final int TOKENS = 4_000_000;

    /** JLine's, on which the progress bar builds: on a terminal it takes Ctrl-C away from our clean-ups. */
    private static final String TAKES_OVER_CTRL_C = "org.jline.terminal.TerminalBuilder";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"sparse, TERM", "dense, TERM", "sparse, INT", "dense, INT", "all, INT"})
    @Timeout(300)
    void leavesNoFile(String form, String signal) throws IOException, InterruptedException {
        assumeThat(isIgnored(signal))
                .as("whoever started the tests ignores " + signal)
                .isFalse();
        Path smallSae = SmallSae.write(folder.resolve("small"));
        Path in = longInput();
        Path work = Files.createDirectory(folder.resolve("work"));
        Path temporary = Files.createDirectory(folder.resolve("temporary"));
        Path printed = folder.resolve("printed");
        Path loaded = folder.resolve("loaded");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-Dsae.stderr.columns=80",
                "-Xlog:class+load:file=" + loaded.getFileName(),
                "-cp",
                System.getProperty("java.class.path"),
                SaeCommand.class.getName(),
                "encode",
                in.toString(),
                "--sae",
                smallSae.toString(),
                "--out",
                work.resolve("out.safetensors").toString(),
                "--batch-tokens",
                "1"));
        if (form.equals("dense")) {
            command.add("--dense");
        }
        if (form.equals("all")) {
            command.addAll(List.of("--out", work.resolve("out.npz").toString()));
            command.addAll(List.of("--out", work.resolve("out.jsonl").toString()));
            command.addAll(List.of("--out", work.resolve("out.parquet").toString()));
            command.addAll(List.of("--out", "delphi:" + work.resolve("latents")));
        }
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        try {
            // The bar comes after the files, of which those of the sparse form have no name on most systems.
            while (process.isAlive() && !Files.readString(printed).contains("encoding")) {
                Thread.sleep(1);
            }
            assertThat(process.isAlive()).as(Files.readString(printed)).isTrue();

            sh("kill -" + signal + " " + process.pid());

            assertThat(process.waitFor()).isNotZero();
            assertThat(CommandRun.namesIn(work)).isEmpty();
            assertThat(loaded).content().doesNotContain(TAKES_OVER_CTRL_C);
            assertThat(CommandRun.namesIn(temporary)).noneMatch(name -> name.startsWith("sae-"));
        } finally {
            process.destroyForcibly();
        }
    }

    /** A process hands it down when it ignores a signal, as nohup and a shell's background jobs do. */
    static boolean isIgnored(String signal) throws IOException, InterruptedException {
        return sh("kill -" + signal + " $$") == 0;
    }

    private static int sh(String command) throws IOException, InterruptedException {
        return new ProcessBuilder("sh", "-c", command).start().waitFor();
    }

    /** Zeros that take no room on the disk. */
    private Path longInput() throws IOException {
        long ids = TOKENS * 4L * Float.BYTES;
        long end = ids + TOKENS * (long) Long.BYTES;
        byte[] header = ("{\"x\":{\"dtype\":\"F32\",\"shape\":[" + TOKENS + ",4],\"data_offsets\":[0," + ids + "]},"
                        + "\"token_ids\":{\"dtype\":\"I64\",\"shape\":[" + TOKENS + "],\"data_offsets\":[" + ids + ","
                        + end
                        + "]}}")
                .getBytes(StandardCharsets.UTF_8);
        Path in = folder.resolve("in.safetensors");
        try (RandomAccessFile file = new RandomAccessFile(in.toFile(), "rw")) {
            file.writeLong(Long.reverseBytes(header.length));
            file.write(header);
            file.setLength(file.length() + end);
        }
        return in;
    }
}
