package io.github.sae4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A command that is told to stop leaves nothing behind. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Java cannot ask a Windows process to stop, only kill it")
class InterruptionTest {

    /** So many that the work would take far longer than the test. */
    private static final int TOKENS = 4_000_000;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "--dense"})
    @Timeout(60)
    void leavesNoFile(String form) throws IOException, InterruptedException {
        Path smallSae = SmallSae.write(folder.resolve("small"));
        Path in = longInput();
        Path work = Files.createDirectory(folder.resolve("work"));
        Path printed = folder.resolve("printed");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
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
                        "1",
                        form.isEmpty() ? "--verbose" : form)
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        try {
            // The sparse form's files have no name on most systems, so there it is the opened SAE that is waited for.
            while (process.isAlive()
                    && !(form.isEmpty()
                            ? hasOpened(printed)
                            : !CommandRun.namesIn(work).isEmpty())) {
                Thread.onSpinWait();
            }
            assertThat(process.isAlive()).as(Files.readString(printed)).isTrue();

            process.destroy();

            assertThat(process.waitFor()).isNotZero();
            assertThat(CommandRun.namesIn(work)).isEmpty();
        } finally {
            process.destroyForcibly();
        }
    }

    private static boolean hasOpened(Path printed) throws IOException {
        return Files.exists(printed) && Files.readString(printed).contains("Opened");
    }

    private Path longInput() throws IOException {
        Path in = folder.resolve("in.npy");
        InputFiles.npy(in, InputFiles.npyHeader("<f4", "(" + TOKENS + ", 4)"), InputFiles.buffer(0));
        try (RandomAccessFile file = new RandomAccessFile(in.toFile(), "rw")) {
            file.setLength(file.length() + TOKENS * 4L * Float.BYTES);
        }
        return in;
    }
}
