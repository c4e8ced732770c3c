package io.github.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The threads of a command: how many there are, and that none keeps it from ending. */
class ThreadsTest {

    @TempDir
    private Path folder;

    /** Runs the command and prints how many threads the kernel has beside its caller's. */
    static final class Counting {

        private Counting() {}

        public static void main(String[] arguments) {
            PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
            int exitCode = SaeCommand.run(err, err, arguments);
            System.out.println(Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("sae4j-"))
                    .count());
            System.exit(exitCode);
        }
    }

    private static ProcessBuilder java(Class<?> main, Object... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        Arrays.stream(arguments).map(Object::toString).forEach(command::add);
        return new ProcessBuilder(command);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void theUserSaysHowManyThereAre(int threads) throws IOException, InterruptedException {
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {2, 4}, 1, 2, 3, 4, 5, 6, 7, 8)
                .write(folder.resolve("x.safetensors"));
        Path smallSae = SmallSae.write(folder.resolve("small"));
        Process process = java(Counting.class, "eval", in, "--sae", smallSae, "--threads", threads)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();

        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).isZero();
        assertThat(printed.strip()).isEqualTo(String.valueOf(threads - 1));
    }

    /** Reading ahead waits for more input, which must not keep the command from ending. */
    @Test
    void aReaderThatHasEndedEndsTheCommandThoughMoreInputMayCome() throws IOException, InterruptedException {
        Path smallSae = SmallSae.write(folder.resolve("small"));
        Process process = java(SaeCommand.class, "encode", "-", "--sae", smallSae, "--out", "-", "--batch-tokens", 1)
                .redirectError(folder.resolve("err").toFile())
                .start();
        OutputStream in = process.getOutputStream();
        Path npy = InputFiles.npy(
                folder.resolve("x.npy"), InputFiles.npyHeader("<f4", "(1000000, 4)"), ByteBuffer.allocate(0));
        in.write(Files.readAllBytes(npy));
        process.getInputStream().close();
        try {
            in.write(new byte[1 << 18]);
            in.flush();
        } catch (IOException e) {
            // It has ended already.
            assertThat(process.waitFor()).isEqualTo(141);
        }

        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isEqualTo(141);
        assertThat(Files.readAllLines(folder.resolve("err"))).noneMatch(line -> line.startsWith("sae:"));
    }
}
