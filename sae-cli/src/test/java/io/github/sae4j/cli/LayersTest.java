package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Activations of several layers in one array, as vLLM saves them. */
class LayersTest {

    private static final int LAYERS = 3;

    @TempDir
    private Path folder;

    private Path smallSae;

    @BeforeEach
    void makeSae() {
        smallSae = SmallSae.reading(folder.resolve("small"), "blocks.2.hook_resid_post", "small");
    }

    /** Token {@code t} has feature 0 of strength {@code 100 * layer + t + 1}. */
    private static Path request(Path file, int tokens, int ids) {
        float[] x = new float[tokens * LAYERS * 4];
        for (int token = 0; token < tokens; token++) {
            for (int layer = 0; layer < LAYERS; layer++) {
                x[(token * LAYERS + layer) * 4] = 100 * layer + token + 1;
            }
        }
        return InputFiles.safetensors()
                .floats("hidden_states", new long[] {tokens, LAYERS, 4}, x)
                .longs("token_ids", IntStream.range(0, ids).mapToLong(i -> i).toArray())
                .write(file);
    }

    private CommandRun encode(Path input, Object... options) {
        List<Object> arguments =
                new ArrayList<>(List.of("encode", input, "--sae", smallSae, "--out", folder.resolve("f.safetensors")));
        arguments.addAll(List.of(options));
        return sae(arguments.toArray());
    }

    @Test
    void readsTheLayerThatTheSaeReads() throws IOException {
        Path requests = Files.createDirectory(folder.resolve("requests"));
        request(requests.resolve("cmpl-2-0.safetensors"), 3, 3);
        request(requests.resolve("cmpl-10-0.safetensors"), 2, 2);
        Files.writeString(requests.resolve("cmpl-2-0.safetensors.lock"), "");

        CommandRun run = encode(requests, "--layer-ids", "1,3,7", "--skip-first", 1, "--batch-tokens", 2);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(InputFiles.floatsOf(folder.resolve("f.safetensors"), "values"))
                .containsExactly(102, 103, 102);
        assertThat(InputFiles.longsOf(folder.resolve("f.safetensors"), "indptr"))
                .containsExactly(0, 0, 1, 2, 2, 3);
        assertThat(InputFiles.metadataOf(folder.resolve("f.safetensors")))
                .containsEntry("selected", "--layer-id 3 --layer-ids 1,3,7");
    }

    @Test
    void readsAnotherLayerIfAsked() {
        Path input = request(folder.resolve("x.safetensors"), 2, 2);

        assertThat(encode(input, "--layer-ids", "1,3,7", "--layer-id", 7, "--skip-token", 0)
                        .exitCode())
                .isZero();

        assertThat(InputFiles.floatsOf(folder.resolve("f.safetensors"), "values"))
                .containsExactly(202);
    }

    @Test
    void anOnlyLayerNeedsNoName() {
        Path input = InputFiles.safetensors()
                .floats("hidden_states", new long[] {2, 1, 4}, 1, 0, 0, 0, 2, 0, 0, 0)
                .longs("token_ids", 5, 6)
                .write(folder.resolve("x.safetensors"));

        assertThat(encode(input).exitCode()).isZero();

        assertThat(InputFiles.metadataOf(folder.resolve("f.safetensors")))
                .containsEntry("shape", "[2,6]")
                .doesNotContainKey("selected");
    }

    /** Sequences of vectors that have the same name are no layers. */
    @Test
    void sequencesAreReadAsSequences() {
        Path input = InputFiles.safetensors()
                .floats("hidden_states", new long[] {2, 1, 4}, 1, 0, 0, 0, 2, 0, 0, 0)
                .write(folder.resolve("x.safetensors"));

        assertThat(encode(input).exitCode()).isZero();

        assertThat(InputFiles.metadataOf(folder.resolve("f.safetensors"))).containsEntry("shape", "[2,1,6]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2||tensor \"hidden_states\" has 3 layers but does not say which; --layer-ids names their ids in its order,"
                        + " as vLLM was given them.",
                "2|--layer-ids 1,3|tensor \"hidden_states\" has 3 layers, but --layer-ids names 2.",
                "2|--layer-ids 1,2,4|layer id 3, where the SAE reads or --layer-id says, is none of [1, 2, 4].",
                "4|--layer-ids 1,2,3|tensor \"hidden_states\" is of 2 tokens, but tensor \"token_ids\" of 4; vLLM leaves out"
                        + " tokens that prefix caching had seen before, so which these are is not known."
            })
    void refusesWhatItCannotKnow(int ids, String options, String sentence) {
        Path input = request(folder.resolve("x.safetensors"), 2, ids);

        CommandRun run = options == null ? encode(input) : encode(input, (Object[]) options.split(" "));

        assertThat(run.err()).isEqualTo("sae: " + input + ": " + sentence + "\n");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void refusesLayersWhereThereAreNone() {
        Path input = InputFiles.safetensors()
                .floats("x", new long[] {2, 4}, 1, 0, 0, 0, 2, 0, 0, 0)
                .write(folder.resolve("x.safetensors"));
        Path headed = SmallSae.write(folder.resolve("headed"));

        assertThat(encode(input, "--layer-id", 3).err())
                .isEqualTo(
                        "sae: " + input + ": --layer-id and --layer-ids are for activations [tokens, layers, d_in], but"
                                + " tensor \"x\" has the shape [2, 4].\n");
        assertThat(sae("eval", request(folder.resolve("y.safetensors"), 2, 2), "--sae", headed, "--layer-ids", "1,2,3")
                        .err())
                .contains("which layer is read is not known from the SAE's hook; --layer-id names it.");
    }

    @Test
    void aRunIsNotResumedWithAnotherLayer() {
        Path input = request(folder.resolve("x.safetensors"), 2, 2);
        Path broken = InputFiles.safetensors()
                .floats(
                        "hidden_states",
                        new long[] {2, LAYERS, 4},
                        1,
                        0,
                        0,
                        0,
                        1,
                        0,
                        0,
                        0,
                        1,
                        0,
                        0,
                        0,
                        1,
                        0,
                        0,
                        0,
                        Float.NaN,
                        0,
                        0,
                        0,
                        1,
                        0,
                        0,
                        0)
                .longs("token_ids", 0, 1)
                .write(input);
        assertThat(encode(broken, "--layer-ids", "1,3,7", "--shard-tokens", 1).exitCode())
                .isEqualTo(1);

        CommandRun run = encode(broken, "--layer-ids", "1,3,7", "--shard-tokens", 1, "--resume", "--layer-id", 7);

        assertThat(run.err()).contains("--resume cannot go on, for \"selected\" was");
    }

    @Test
    void anIndexNamesTheFileOfTheActivations() throws IOException {
        Path parts = Files.createDirectory(folder.resolve("parts"));
        InputFiles.safetensors()
                .floats("x", new long[] {2, 4}, 1, 0, 0, 0, 2, 0, 0, 0)
                .write(parts.resolve("x-00001-of-00002.safetensors"));
        InputFiles.safetensors().longs("token_ids", 5, 6).write(parts.resolve("x-00002-of-00002.safetensors"));
        Path index = parts.resolve("x.safetensors.index.json");
        Files.writeString(
                index,
                "{\"weight_map\": {\"x\": \"x-00001-of-00002.safetensors\", \"token_ids\":"
                        + " \"x-00002-of-00002.safetensors\"}}");

        assertThat(encode(index, "--skip-token", 5).exitCode()).isZero();
        assertThat(InputFiles.floatsOf(folder.resolve("f.safetensors"), "values"))
                .containsExactly(2);
        assertThat(encode(parts, "--force").exitCode()).isZero();
        assertThat(InputFiles.floatsOf(folder.resolve("f.safetensors"), "values"))
                .containsExactly(1, 2);
    }
}
