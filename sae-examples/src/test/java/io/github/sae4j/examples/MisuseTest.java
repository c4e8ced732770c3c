package io.github.sae4j.examples;

import static io.github.sae4j.examples.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A command that cannot be meant is refused in one sentence with exit code 2. */
class MisuseTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "encode|Missing required",
                "encode in.npy --sae demo|--out=FILE",
                "encode in.npy --out o.safetensors|--sae=SAE",
                "encode --sae demo --out o.safetensors|ACTIVATIONS",
                "encode in.npy --sae demo --out o.safetensors --top-k 0|a whole number from 1",
                "encode in.npy --sae demo --out o.safetensors --top-k many|a whole number from 1",
                "encode in.npy --sae demo --out o.safetensors --batch-tokens -3|a whole number from 1",
                "encode in.npy --sae demo --out o.safetensors --device tpu|auto, cpu, cuda or cuda:N",
                "encode in.npy --sae demo --out o.safetensors --device cuda:x|auto, cpu, cuda or cuda:N",
                "encode in.npy --sae demo --out o.safetensors --kernel fast|vector, torchscript or plain",
                "encode in.npy --sae demo --out o.safetensors --set k|--set",
                "encode in.npy --sae demo --out o.safetensors --norm-scaling-factor much|--norm-scaling-factor",
                "encode in.npy more.npy --sae demo --out o.safetensors|more.npy",
                "encode in.npy --sae demo --out o.safetensors --nonsense|--nonsense",
                "decode in.safetensors --sae demo --out o.safetensors --dense|--dense",
                "info|SAE",
                "bench --sae demo --d-sae 64|--d-in, --d-sae and --dtype are for the SAE that is made",
                "bench --fold-decoder-norms|--fold-decoder-norms is for an SAE of files",
                "bench --tokens 1,0|a whole number from 1",
                "bench --seconds 0|a number above 0",
                "bench --dtype int8|bfloat16, float16 or float32",
                "explode|explode"
            })
    void isNamedInOneSentence(String arguments, String named) {
        CommandRun run = sae((Object[]) arguments.split(" ", -1));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("sae: ")
                .contains(named)
                .endsWith(System.lineSeparator())
                .hasLineCount(1);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void readingAndWritingTheSameFileIsRefusedEvenWithForce() {
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {1, 4}, 1, 2, 3, 4)
                .write(folder.resolve("in.safetensors"));

        CommandRun run = sae("encode", in, "--sae", "demo", "--out", folder.resolve("./in.safetensors"), "--force");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--out names the file that is to be read");
        assertThat(InputFiles.floatsOf(in, "x")).containsExactly(1, 2, 3, 4);
    }

    @Test
    void noCommandShowsTheUsage() {
        CommandRun run = sae();

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("Usage: sae").contains("encode").contains("demo");
    }

    @Test
    void helpAndVersionSucceed() {
        assertThat(sae("--version").out()).startsWith("sae4j ");
        assertThat(sae("--help").out()).contains("reconstruct");
        assertThat(sae("encode", "--help").out()).contains("--top-k=K");
        assertThat(sae("encode", "--help").exitCode()).isZero();
    }
}
