package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.sae4j.fixtures.ReferenceCase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --skip-first} leaves out the tokens that each sequence begins with, and keeps the others where they are. */
class SkipFirstTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 512})
    void emptiesTheFirstTokensOfEachSequence(int batchTokens) {
        // Two sequences of three tokens.
        Path activations = activations(
                new long[] {2, 3, 4}, 9, 9, 9, 9, 0, 1, 0, 0, 0, 0, 2, 3, 8, 8, 8, 8, 0, 0, 0, 4, 5, 0, 0, 0);
        Path features = folder.resolve("features.safetensors");
        CommandRun run = sae(
                "encode",
                activations,
                "--sae",
                small(),
                "--skip-first",
                1,
                "--batch-tokens",
                batchTokens,
                "--out",
                features);
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).startsWith("6 tokens · 2 of 6 tokens left out · L0 1.3 ·");
        assertThat(InputFiles.longsOf(features, "indptr")).containsExactly(0, 0, 1, 3, 3, 4, 5);
        assertThat(InputFiles.intsOf(features, "indices")).containsExactly(1, 2, 3, 3, 0);
        assertThat(InputFiles.floatsOf(features, "values")).containsExactly(1, 2, 3, 4, 5);
        assertThat(InputFiles.metadataOf(features))
                .containsEntry("skipped", "--skip-first 1")
                .containsEntry("left_out", "2 of 6");
    }

    @ParameterizedTest
    @ValueSource(strings = {"standard-layer-norm", "standard-constant-norm-rescale", "standard-hook-z", "temporal-f32"})
    void leavesTheOtherTokensAsTheyAre(String name) {
        ReferenceCase reference = ReferenceCase.named(name);
        Path all = encode(reference, "all.safetensors");
        long[] shape = InputFiles.shapeOf(all, "features");
        List<String> options = new ArrayList<>(List.of("--skip-first", "2", "--batch-tokens", "1"));
        options.addAll(shape.length > 2 ? List.of() : List.of("--sequence-length", "file"));
        Path skipped = encode(reference, "skipped.safetensors", options.toArray(String[]::new));
        int dSae = (int) shape[shape.length - 1];
        int sequence = (int) shape[shape.length - 2];
        float[] expected = InputFiles.floatsOf(all, "features");
        for (int i = 0; i < expected.length; i++) {
            expected[i] = i / dSae % sequence < 2 ? 0 : expected[i];
        }
        assertThat(InputFiles.floatsOf(skipped, "features")).containsExactly(expected);
        Path decoded = folder.resolve("decoded.safetensors");
        CommandRun run = sae("decode", skipped, "--sae", reference.folder(), "--out", decoded);
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    private Path encode(ReferenceCase reference, String file, String... options) {
        Path features = folder.resolve(file);
        List<Object> command = new ArrayList<>(
                List.of("encode", reference.folder().resolve("io.safetensors"), "--tensor", "x", "--dense"));
        command.addAll(List.of("--sae", reference.folder(), "--out", features));
        command.addAll(List.of(options));
        CommandRun run = sae(command.toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
        return features;
    }

    @Test
    void measuresOnlyTheOthers() {
        Path activations = activations(new long[] {1, 2, 4}, 9, 9, 9, 9, 0, 1, 0, 0);
        CommandRun run = sae("eval", activations, "--sae", small(), "--skip-first", 1, "--json");
        assertThat(run.exitCode()).isZero();
        JsonObject report = JsonParser.parseString(run.out()).getAsJsonObject();
        assertThat(report.get("tokens").getAsInt()).isEqualTo(1);
        assertThat(report.get("l0").getAsDouble()).isEqualTo(1);
        assertThat(report.get("mse").getAsDouble()).isZero();
        assertThat(report.get("skipped").getAsString()).isEqualTo("--skip-first 1");
        assertThat(report.get("left_out").getAsString()).isEqualTo("1 of 2");
    }

    @Test
    void letsAnInfiniteFirstTokenBe() {
        Path activations = activations(new long[] {1, 2, 4}, Float.POSITIVE_INFINITY, 0, 0, 0, 0, 1, 0, 0);
        assertThat(sae("eval", activations, "--sae", small()).exitCode()).isEqualTo(1);
        assertThat(sae("eval", activations, "--sae", small(), "--skip-first", 1).exitCode())
                .isZero();
    }

    @Test
    void aDecodedFileTellsWhatItsFeaturesLeftOut() {
        Path features = folder.resolve("features.safetensors");
        sae(
                "encode",
                activations(new long[] {1, 2, 4}, 9, 9, 9, 9, 0, 1, 0, 0),
                "--sae",
                small(),
                "--skip-first",
                1,
                "--out",
                features);
        Path decoded = folder.resolve("decoded.safetensors");
        assertThat(sae("decode", features, "--sae", small(), "--out", decoded).exitCode())
                .isZero();
        assertThat(InputFiles.metadataOf(decoded))
                .containsEntry("skipped", "--skip-first 1")
                .containsEntry("left_out", "1 of 2");
    }

    private Path small() {
        return SmallSae.write(folder.resolve("sae"));
    }

    private Path activations(long[] shape, float... values) {
        Path file = folder.resolve("x.safetensors");
        InputFiles.safetensors().floats("x", shape, values).write(file);
        return file;
    }
}
