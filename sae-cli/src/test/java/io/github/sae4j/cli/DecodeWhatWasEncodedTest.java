package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that encode has written, decode takes, or says in a sentence which it takes. */
class DecodeWhatWasEncodedTest {

    @TempDir
    private Path folder;

    private CommandRun encode(float[] x, String out, String... options) {
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {1, 3, 4}, x)
                .longs("token_ids", 5, 6, 7)
                .write(folder.resolve("in.safetensors"));
        List<Object> arguments = new ArrayList<>(
                List.of("encode", in, "--tensor", "x", "--sae", SmallSae.write(folder.resolve("small")), "--out", out));
        for (String option : options) {
            if (!option.isEmpty()) {
                arguments.addAll(List.of(option.split(" ", -1)));
            }
        }
        CommandRun run = sae(arguments.toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run;
    }

    private CommandRun decode(Path features, Object... options) {
        List<Object> arguments = new ArrayList<>(List.of(
                "decode", features, "--sae", folder.resolve("small"), "--out", folder.resolve("back.safetensors")));
        arguments.addAll(List.of(options));
        return sae(arguments.toArray());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--dense",
                "--top-k 4",
                "--skip-first 1",
                "--skip-token 6",
                "--norm-scaling-factor 2",
                "--dense --set normalize_activations=layer_norm",
                "--set normalize_activations=constant_norm_rescale",
                "--fold-decoder-norms"
            })
    void theFormsOfSafetensorsAreDecoded(String options) {
        float[] x = {1, 0, 3, -4, 0.5f, 0.25f, 0, 8, -5, -6, 0.1f, 1e-9f};
        Path features = folder.resolve("f.safetensors");
        encode(x, features.toString(), options);

        CommandRun run = decode(features, (Object[])
                (options.contains("--set") || options.contains("--norm") || options.contains("--fold")
                        ? options.replace("--dense ", "").split(" ", -1)
                        : new String[0]));

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).doesNotContain("warning");
        Path back = folder.resolve("back.safetensors");
        assertThat(InputFiles.shapeOf(back, "reconstruction")).containsExactly(1, 3, 4);
    }

    @Test
    void whatIsNotFiniteIsDecodedWithTheSameOption() {
        float[] x = {1, 0, 3, -4, Float.NaN, 0, 0, 0, Float.POSITIVE_INFINITY, -6, 0.1f, 1};
        Path features = folder.resolve("f.safetensors");
        encode(x, features.toString(), "--allow-non-finite");

        CommandRun refused = decode(features);
        CommandRun run = decode(features, "--allow-non-finite");

        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err())
                .startsWith("sae: " + features + ": token 1 has NaN at feature ")
                .contains("--allow-non-finite lets such values through.")
                .hasLineCount(1);
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "f.npz|-|f.npz",
                "f.parquet|-|f.parquet",
                "f.parquet|--long|f.parquet",
                "f.jsonl|-|f.jsonl",
                "f.jsonl|--metadata|f.jsonl",
                "delphi:latents|-|latents"
            })
    void otherFormsAreRefusedWithTheOneThatIsRead(String out, String option, String read) {
        String place = out.startsWith("delphi:")
                ? "delphi:" + folder.resolve(read)
                : folder.resolve(out).toString();
        encode(new float[] {1, 0, 3, -4, 0, 0, 0, 0, -5, -6, 1, 1}, place, option == null ? "" : option);

        CommandRun run = decode(folder.resolve(read));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("sae: " + folder.resolve(read) + ": ")
                .contains("features are read from ")
                .contains(".safetensors")
                .hasLineCount(1);
        assertThat(folder.resolve("back.safetensors")).doesNotExist();
    }
}
