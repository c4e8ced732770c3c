package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The folder that delphi reads. */
class DelphiTest {

    private static final String HOOK = "blocks.2.attn.hook_z";

    @TempDir
    private Path folder;

    private Path smallSae;
    private Path latents;
    private Path hook;

    @BeforeEach
    void makeFiles() {
        smallSae = SmallSae.write(folder.resolve("small"));
        latents = folder.resolve("latents");
        hook = latents.resolve(HOOK);
    }

    /** What one of the files holds: each location as three numbers, each activation's bits. */
    private record Split(Dtype dtype, List<List<Long>> locations, List<Integer> activations, List<Long> tokens) {

        static Split of(Path file) {
            try (SafetensorsFile opened = SafetensorsFile.open(file)) {
                Dtype dtype = opened.tensor("locations").dtype();
                int width = dtype == Dtype.U16 ? Short.BYTES : Integer.BYTES;
                ByteBuffer places = read(opened, "locations");
                List<List<Long>> locations = new ArrayList<>();
                while (places.hasRemaining()) {
                    locations.add(List.of(number(places, width), number(places, width), number(places, width)));
                }
                ByteBuffer halves = read(opened, "activations");
                List<Integer> activations = new ArrayList<>();
                while (halves.hasRemaining()) {
                    activations.add(halves.getShort() & 0xffff);
                }
                assertThat(opened.tensor("activations").dtype()).isEqualTo(Dtype.F16);
                assertThat(opened.tensor("activations").shape()).containsExactly(locations.size());
                assertThat(opened.tensor("locations").shape()).containsExactly(locations.size(), 3);
                return new Split(dtype, locations, activations, longs(read(opened, "tokens")));
            }
        }

        private static long number(ByteBuffer bytes, int width) {
            return width == Short.BYTES ? bytes.getShort() & 0xffff : bytes.getInt() & 0xffff_ffffL;
        }

        private static ByteBuffer read(SafetensorsFile file, String name) {
            ByteBuffer bytes =
                    InputFiles.buffer(Math.toIntExact(file.tensor(name).byteSize()));
            file.tensor(name).read(0, bytes);
            return bytes.flip();
        }

        private static List<Long> longs(ByteBuffer bytes) {
            List<Long> longs = new ArrayList<>();
            while (bytes.hasRemaining()) {
                longs.add(bytes.getLong());
            }
            return longs;
        }
    }

    private Path withIds(long[] shape, float... activations) {
        int tokens = activations.length / 4;
        return InputFiles.safetensors()
                .floats("x", shape, activations)
                .longs(
                        "token_ids",
                        IntStream.range(0, tokens).mapToLong(i -> 100 + i).toArray())
                .write(folder.resolve("in.safetensors"));
    }

    private CommandRun encode(Path in, Object... more) {
        List<Object> arguments =
                new ArrayList<>(List.of("encode", in, "--sae", smallSae, "--out", "delphi:" + latents));
        arguments.addAll(List.of(more));
        return sae(arguments.toArray());
    }

    private static JsonObject json(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    /** The bounds are those of {@code torch.linspace(0, 128, 6).long()}. */
    @Test
    void holdsWhatTheSparseFormHolds() throws IOException {
        ReferenceCase reference = ReferenceCase.all().stream()
                .filter(one -> one.folder().endsWith("standard-f32"))
                .findFirst()
                .orElseThrow();
        float[] x = InputFiles.floatsOf(reference.folder().resolve("io.safetensors"), "x");
        int tokens = x.length / 32;
        int context = tokens / 2;
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {2, context, 32}, Arrays.copyOf(x, 2 * context * 32))
                .longs("tokens", IntStream.range(0, 2 * context).asLongStream().toArray())
                .write(folder.resolve("in.safetensors"));
        Path sparse = folder.resolve("f.safetensors");

        CommandRun run = sae(
                "encode",
                in,
                "--sae",
                reference.folder(),
                "--out",
                sparse,
                "--out",
                "delphi:" + latents,
                "--top-k",
                9,
                "--batch-tokens",
                3);

        assertThat(run.exitCode()).as(run.err()).isZero();
        List<Path> hooks = children(latents);
        assertThat(hooks).hasSize(1);
        assertThat(CommandRun.namesIn(hooks.get(0)))
                .containsExactly(
                        "0_24.safetensors",
                        "102_127.safetensors",
                        "25_50.safetensors",
                        "51_75.safetensors",
                        "76_101.safetensors",
                        "config.json");
        List<List<Long>> found = new ArrayList<>();
        List<Float> values = new ArrayList<>();
        for (int first : new int[] {0, 25, 51, 76, 102}) {
            Path file = children(hooks.get(0)).stream()
                    .filter(path -> path.getFileName().toString().startsWith(first + "_"))
                    .findFirst()
                    .orElseThrow();
            Split split = Split.of(file);
            assertThat(split.dtype()).isEqualTo(Dtype.U16);
            assertThat(split.tokens()).hasSize(2 * context).startsWith(0L, 1L, 2L);
            assertThat(split.locations()).isNotEmpty();
            split.locations().forEach(at -> found.add(List.of(at.get(0), at.get(1), at.get(2) + first)));
            split.activations().forEach(bits -> values.add(widened(bits)));
            assertThat(InputFiles.metadataOf(file)).containsEntry("source", "in.safetensors");
        }
        long[] indptr = InputFiles.longsOf(sparse, "indptr");
        int[] indices = InputFiles.intsOf(sparse, "indices");
        float[] strengths = InputFiles.floatsOf(sparse, "values");
        assertThat(found).hasSize(indices.length);
        for (int token = 0; token < 2 * context; token++) {
            for (int i = (int) indptr[token]; i < indptr[token + 1]; i++) {
                int at = found.indexOf(List.of((long) token / context, (long) token % context, (long) indices[i]));
                assertThat(at).isNotNegative();
                assertThat(values.get(at)).isCloseTo(strengths[i], Percentage.withPercentage(0.05));
            }
        }
        JsonObject config = json(hooks.get(0).resolve("config.json"));
        assertThat(config.keySet())
                .contains("dataset_repo", "dataset_split", "dataset_name", "dataset_column", "batch_size");
        assertThat(config.get("cache_ctx_len").getAsInt()).isEqualTo(context);
        assertThat(config.get("n_tokens").getAsInt()).isEqualTo(2 * context);
        assertThat(config.get("n_splits").getAsInt()).isEqualTo(5);
    }

    private static float widened(int half) {
        int exponent = half >> 10 & 0x1f;
        float fraction = (half & 0x3ff) / 1024f;
        return exponent == 0 ? Math.scalb(fraction, -14) : Math.scalb(1 + fraction, exponent - 15);
    }

    private static List<Path> children(Path place) throws IOException {
        try (var entries = Files.list(place)) {
            return entries.toList();
        }
    }

    @Test
    void weakActivationsAreLeftOutAndStrongOnesAreClamped() throws IOException {
        Path in = withIds(new long[] {1, 2, 4}, 1e-5f, 1.1e-5f, 70_000, 0, -65_504, -1e6f, 0, 0);

        CommandRun run = encode(in);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Split.of(hook.resolve("1_1.safetensors")).locations()).containsExactly(List.of(0L, 0L, 0L));
        assertThat(Split.of(hook.resolve("0_0.safetensors")).locations()).isEmpty();
        assertThat(Split.of(hook.resolve("2_2.safetensors")).activations()).containsExactly(0x7bff);
        assertThat(Split.of(hook.resolve("4_5.safetensors")).locations())
                .containsExactly(List.of(0L, 1L, 0L), List.of(0L, 1L, 1L));
        assertThat(Split.of(hook.resolve("4_5.safetensors")).activations()).containsExactly(0x7bff, 0x7bff);
        assertThat(run.err()).contains("2 activations above 65,504, the largest number of float16, are kept as that");
        assertThat(json(hook.resolve("config.json")).get("model_name").getAsString())
                .isEqualTo("small");
    }

    @Test
    void skippedTokensHaveTheirIdsAndNoActivations() {
        Path in = withIds(new long[] {2, 2, 4}, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0);

        assertThat(encode(in, "--skip-first", 1).exitCode()).isZero();

        Split split = Split.of(hook.resolve("0_0.safetensors"));
        assertThat(split.tokens()).containsExactly(100L, 101L, 102L, 103L);
        assertThat(split.locations()).containsExactly(List.of(0L, 1L, 0L), List.of(1L, 1L, 0L));
    }

    @Test
    void placesBeyond16BitsAreWide() {
        float[] activations = new float[65_537 * 4];
        activations[65_536 * 4] = 1;
        activations[65_535 * 4 + 1] = 1;

        assertThat(encode(withIds(new long[] {65_537, 4}, activations)).exitCode())
                .isZero();

        Split wide = Split.of(hook.resolve("0_0.safetensors"));
        assertThat(wide.dtype()).isEqualTo(Dtype.U32);
        assertThat(wide.locations()).containsExactly(List.of(0L, 65_536L, 0L));
        Split narrow = Split.of(hook.resolve("1_1.safetensors"));
        assertThat(narrow.dtype()).isEqualTo(Dtype.U16);
        assertThat(narrow.locations()).containsExactly(List.of(0L, 65_535L, 0L));
    }

    @Test
    void onlyTheHooksOwnFolderIsReplaced() throws IOException {
        Path in = withIds(new long[] {1, 1, 4}, 1, 0, 0, 0);
        Files.createDirectories(latents.resolve("layers.7"));
        Files.writeString(latents.resolve("layers.7").resolve("0_9.safetensors"), "precious");
        assertThat(encode(in).exitCode()).isZero();

        CommandRun again = encode(in);
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).isEqualTo("sae: " + hook + ": this folder exists already; --force replaces it.\n");

        Path other = withIds(new long[] {1, 2, 4}, 1, 0, 0, 0, 2, 0, 0, 0);
        assertThat(encode(other, "--force").exitCode()).isZero();
        assertThat(Split.of(hook.resolve("0_0.safetensors")).locations()).hasSize(2);
        assertThat(CommandRun.namesIn(latents)).containsExactly(HOOK, "layers.7");

        Files.writeString(hook.resolve("notes.txt"), "precious");
        CommandRun forced = encode(other, "--force");
        assertThat(forced.exitCode()).isEqualTo(1);
        assertThat(forced.err())
                .isEqualTo("sae: " + hook + ": it holds notes.txt, which is no part of a delphi folder, so --force does"
                        + " not replace it.\n");
        assertThat(hook.resolve("notes.txt")).hasContent("precious");
        assertThat(CommandRun.namesIn(latents)).containsExactly(HOOK, "layers.7");
    }

    @Test
    void theReaderOfTheDocumentationFindsTheFeatures() throws IOException, InterruptedException {
        Python python = new Python(folder);
        String reader = Python.documentedReader("delphi:");
        assumeThat(python.run(Python.importsOf(reader)))
                .as("Python has what the reader needs")
                .isEqualTo("");
        latents = folder.resolve("features.delphi");
        assertThat(encode(withIds(new long[] {2, 1, 4}, 1, 0, 3, -4, -0.5f, 0, 0, 2))
                        .exitCode())
                .isZero();

        String printed = python.run(reader.replace("\"features.delphi\"", "r\"" + latents + "\"")
                + "print(features.toarray().tolist(), features.dtype, provenance['source'])\n");

        assertThat(printed.strip())
                .isEqualTo("[[1.0, 0.0, 3.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 2.0, 0.5, 0.0]] float32 in.safetensors");
    }

    @Test
    void failingWorkLeavesNothing() {
        Path in = withIds(new long[] {1, 2, 4}, 1, 2, 3, 4, 5, 6, Float.NaN, 8);

        CommandRun run = encode(in, "--batch-tokens", 1);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("NaN at row 0, position 1 (token 1)").hasLineCount(1);
        assertThat(CommandRun.namesIn(folder)).containsExactly("in.safetensors", "small");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2|--dense| has no dense form; --dense is for .safetensors files; see sae encode --help.",
                "2|--shard-tokens 2|--shard-tokens divides files, so --out delphi:",
                "1|--rows 1:4|--out delphi: needs whole sequences of one length, but --rows 1:4 cuts those of 2 tokens."
            })
    void whatCannotBeIsRefused(int exitCode, String option, String sentence) {
        Path in = withIds(new long[] {2, 2, 4}, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0);

        CommandRun run = encode(in, (Object[]) option.split(" "));

        assertThat(run.exitCode()).isEqualTo(exitCode);
        assertThat(run.err()).startsWith("sae: ").contains(sentence).hasLineCount(1);
        assertThat(CommandRun.namesIn(folder)).containsExactly("in.safetensors", "small");
    }

    @Test
    void sequencesOfSeveralLengthsAreRefused() throws IOException {
        Path in = Files.createDirectory(folder.resolve("several"));
        for (int tokens = 1; tokens < 3; tokens++) {
            InputFiles.safetensors()
                    .floats("x", new long[] {tokens, 4}, new float[tokens * 4])
                    .longs("token_ids", new long[tokens])
                    .write(in.resolve(tokens + ".safetensors"));
        }

        CommandRun run = encode(in);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .isEqualTo("sae: --out delphi: needs whole sequences of one length, but the files of "
                        + folder.resolve("several") + " (2 files) have"
                        + " several or no axis of sequences.\n");
    }
}
