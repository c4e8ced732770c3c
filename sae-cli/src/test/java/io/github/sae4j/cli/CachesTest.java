package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.TorchCase;
import io.github.sae4j.safetensors.Dtype;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Folders as other tools leave them. The .pt files were written by PyTorch. */
class CachesTest {

    private static final float[] ROWS = {1, 0, 3, -4, 0, 0, 0, 0, -5, -6, 0.5f, 0.25f};

    @TempDir
    private Path folder;

    private Path smallSae;
    private Path cache;

    @BeforeEach
    void makeSae() throws IOException {
        smallSae = SmallSae.write(folder.resolve("small"));
        cache = Files.createDirectory(folder.resolve("cache"));
    }

    private static Path resource(String name) {
        try {
            return Path.of(
                    Objects.requireNonNull(CachesTest.class.getResource(name)).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> features(Path input, Object... options) throws IOException {
        List<Object> arguments = new ArrayList<>(
                List.of("encode", input, "--sae", smallSae, "--out", folder.resolve("f.jsonl"), "--force"));
        arguments.addAll(List.of(options));
        CommandRun run = sae(arguments.toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
        List<String> lines = Files.readAllLines(folder.resolve("f.jsonl"));
        return lines.stream()
                .map(line -> line.replaceFirst("\"token_id\":[0-9]+,", ""))
                .toList();
    }

    private List<String> plain(long[] shape, float... x) throws IOException {
        return features(InputFiles.safetensors().floats("x", shape, x).write(folder.resolve("plain.safetensors")));
    }

    private static float[] timesTwice(float... x) {
        float[] twice = new float[x.length * 2];
        System.arraycopy(x, 0, twice, 0, x.length);
        for (int i = 0; i < x.length; i++) {
            twice[x.length + i] = 2 * x[i];
        }
        return twice;
    }

    static List<TorchCase> single() {
        return TorchCase.single();
    }

    @ParameterizedTest
    @MethodSource("single")
    void readsATensorWithoutADictionary(TorchCase example) throws IOException {
        List<String> expected = plain(new long[] {3, 4}, ROWS);

        assertThat(features(example.file())).isEqualTo(expected);
        assertThat(features(example.file(), "--batch-tokens", 2)).isEqualTo(expected);
        assertThat(sae("eval", example.file(), "--sae", smallSae, "--tensor", "x")
                        .err())
                .isEqualTo("sae: " + example.file()
                        + ": it holds one array without a name, so --tensor x has nothing to choose.\n");
    }

    @Test
    void choosesTheHook() throws IOException {
        List<String> expected = plain(new long[] {1, 3, 4}, ROWS);

        assertThat(features(resource("hooks.pt"), "--tensor", "blocks.2.hook_resid_post"))
                .isEqualTo(expected);
        assertThat(features(resource("hooks.pt"), "--tensor", "blocks.2.hook_resid_post", "--skip-token", "9"))
                .isEqualTo(List.of(expected.get(0), expected.get(1), "{\"token\":2,\"features\":[],\"values\":[]}"));
        assertThat(sae("eval", resource("hooks.pt"), "--sae", smallSae).err())
                .isEqualTo(
                        "sae: " + resource("hooks.pt") + ": 2 tensors could be the activations; choose one with"
                                + " --tensor: blocks.2.hook_resid_post BF16 [1, 3, 4], blocks.3.hook_resid_post F32 [1, 3, 4].\n");
    }

    /** An SAE's weights are a dictionary. */
    @Test
    void aSingleTensorIsNoSae() throws IOException {
        Files.copy(single().get(0).file(), cache.resolve("ae.pt"));
        Files.writeString(cache.resolve("config.json"), "{\"trainer\": {\"dict_class\": \"AutoEncoder\"}}");

        assertThat(sae("info", cache).err()).contains("it holds a single tensor, but should hold a dictionary");
    }

    @Test
    void readsActivationsAsForSaeDashboard() throws IOException {
        Files.copy(single().get(0).file(), cache.resolve("model_activations_0.pt"));
        Files.copy(single().get(0).file(), cache.resolve("model_activations_1.pt"));
        Files.writeString(cache.resolve("tokens_0.pt"), "not read");

        assertThat(features(cache)).hasSize(6);
    }

    @Test
    void readsChunksAsOfOpenMoss() throws IOException {
        for (int chunk = 0; chunk < 2; chunk++) {
            InputFiles.safetensors()
                    .floats("activation", new long[] {1, 3, 4}, chunk == 0 ? ROWS : new float[12])
                    .raw(
                            "tokens",
                            Dtype.I64,
                            new long[] {1, 3},
                            InputFiles.buffer(24).putLong(0, chunk))
                    .write(cache.resolve("chunk-0000000" + chunk + ".safetensors"));
            Files.writeString(cache.resolve("chunk-0000000" + chunk + ".meta.json"), "{}");
        }

        assertThat(features(cache).subList(0, 3)).isEqualTo(plain(new long[] {1, 3, 4}, ROWS));
        List<String> skipped = features(cache, "--skip-token", 0);
        assertThat(skipped.subList(0, 3)).allMatch(line -> line.contains("[],"));
        assertThat(skipped.subList(4, 6)).allMatch(line -> line.contains("[],"));
    }

    private Path memmap(int shard, String meta, int bytes) throws IOException {
        byte[] values = new byte[ROWS.length * Float.BYTES];
        ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(ROWS);
        Path file = cache.resolve("shard_" + shard + ".memmap");
        Files.write(file, Arrays.copyOf(values, bytes));
        Files.writeString(cache.resolve("shard_" + shard + ".meta"), meta);
        return file;
    }

    @Test
    void readsShardsAsOfDictionaryLearning() throws IOException {
        byte[] bytes = new byte[ROWS.length * Short.BYTES];
        ByteBuffer halves = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : ROWS) {
            halves.putShort((short) (Float.floatToRawIntBits(2 * value) >>> 16));
        }
        memmap(9, "{\"shape\": [3, 4], \"dtype\": \"torch.float32\"}", 48);
        Files.write(cache.resolve("shard_10.memmap"), bytes);
        Files.writeString(cache.resolve("shard_10.meta"), "{\"shape\": [3, 4], \"dtype\": \"torch.bfloat16\"}");
        for (String other : List.of("mean.pt", "std.pt", "config.json")) {
            Files.writeString(cache.resolve(other), "not read");
        }

        assertThat(features(cache)).isEqualTo(plain(new long[] {6, 4}, timesTwice(ROWS)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|shard_0.meta: \"dtype\" should be torch.float16, torch.bfloat16, torch.float32 or torch.float64, but is"
                        + " null.",
                "[]|shard_0.meta: this should be a JSON object with \"shape\" and \"dtype\".",
                "{|shard_0.meta: this is no JSON.",
                "{\"dtype\": \"torch.float32\", \"shape\": [3, -4]}|shard_0.meta: \"shape\" should be a list of sizes, but is"
                        + " [3,-4].",
                "{\"dtype\": \"torch.float32\", \"shape\": [3, 1.5]}|shard_0.meta: \"shape\" should be a list of sizes, but"
                        + " is [3,1.5].",
                "{\"dtype\": \"torch.float32\"}|shard_0.meta: \"shape\" should be a list of sizes, but is null.",
                "{\"dtype\": \"torch.float16\", \"shape\": [3, 4]}|shard_0.memmap: it has 48 bytes, but shard_0.meta says"
                        + " [3, 4] of torch.float16, which is 24.",
                "{\"dtype\": \"torch.float16\", \"shape\": [4294967296, 4294967296]}|shard_0.memmap: it has 48 bytes, but"
                        + " shard_0.meta says [4294967296, 4294967296] of torch.float16."
            })
    void refusesShardsThatAreDescribedWrongly(String meta, String sentence) throws IOException {
        Path file = memmap(0, meta, 48);

        CommandRun run = sae("eval", file, "--sae", smallSae);

        assertThat(run.err()).isEqualTo("sae: " + cache + "/" + sentence + "\n");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void shardsNeedTheirDescription() throws IOException {
        Path file = memmap(0, "{}", 48);
        Files.delete(cache.resolve("shard_0.meta"));

        assertThat(sae("eval", file, "--sae", smallSae).err())
                .isEqualTo("sae: " + file
                        + ": there is no shard_0.meta beside it, which would tell its shape and dtype.\n");
    }
}
