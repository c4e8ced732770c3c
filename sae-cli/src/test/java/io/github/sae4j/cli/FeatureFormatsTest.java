package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.sae4j.fixtures.ReferenceCase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The formats that encode writes hold the same numbers, and come together or not at all. */
class FeatureFormatsTest {

    private static final String ENDINGS = ".safetensors, .npz, .parquet, .jsonl";

    @TempDir
    private Path folder;

    private Path smallSae;
    private Path work;
    private Path tensors;
    private Path npz;
    private Path lines;
    private Python python;

    @BeforeEach
    void makeFiles() throws IOException {
        smallSae = SmallSae.write(folder.resolve("small"));
        work = Files.createDirectory(folder.resolve("work"));
        tensors = work.resolve("f.safetensors");
        npz = work.resolve("f.npz");
        lines = work.resolve("f.jsonl");
        python = new Python(folder);
    }

    static List<ReferenceCase> cases() {
        return ReferenceCase.all();
    }

    private CommandRun encodeAll(Path in, Path place, Object... more) {
        List<Object> arguments = new ArrayList<>(
                List.of("encode", in, "--sae", place, "--out", tensors, "--out", npz, "--out", lines, "--metadata"));
        arguments.addAll(List.of(more));
        return sae(arguments.toArray());
    }

    private Path withAnEmptyRow() {
        return InputFiles.safetensors()
                .floats("x", new long[] {3, 4}, 1, 0, 3, -4, 0, 0, 0, 0, -5, -6, 0.1f, 1e-9f)
                .write(folder.resolve("in.safetensors"));
    }

    private void assertSameNumbers(int dSae) throws IOException {
        float[] values = InputFiles.floatsOf(tensors, "values");
        int[] indices = InputFiles.intsOf(tensors, "indices");
        long[] indptr = InputFiles.longsOf(tensors, "indptr");
        List<String> factors = new ArrayList<>(List.of("scale", "shift"));
        factors.retainAll(InputFiles.tensorsOf(tensors));

        NpzEntries arrays = NpzEntries.of(npz);
        List<String> names = new ArrayList<>(List.of("data", "indices", "indptr", "shape", "format"));
        names.addAll(factors);
        names.add("metadata");
        assertThat(arrays.entries().keySet().stream().map(name -> name.replace(".npy", "")))
                .containsExactlyElementsOf(names);
        assertThat(arrays.get("data").floats()).isEqualTo(values);
        assertThat(arrays.get("indices").ints()).isEqualTo(indices);
        assertThat(arrays.get("indptr").ints()).containsExactly(narrow(indptr).toArray(Integer[]::new));
        assertThat(arrays.get("shape").longs()).containsExactly(indptr.length - 1, dSae);
        assertThat(arrays.get("format").text()).isEqualTo("csr");
        assertThat(metadata(
                        JsonParser.parseString(arrays.get("metadata").text()).getAsJsonObject()))
                .isEqualTo(new TreeMap<>(InputFiles.metadataOf(tensors)));

        List<String> all = Files.readAllLines(lines);
        assertThat(all).hasSize(indptr.length);
        assertThat(metadata(object(all.get(0)).getAsJsonObject("metadata")))
                .isEqualTo(new TreeMap<>(InputFiles.metadataOf(tensors)));
        int at = 0;
        for (int token = 0; token + 1 < indptr.length; token++) {
            JsonObject line = object(all.get(token + 1));
            List<String> keys = new ArrayList<>(List.of("token", "features", "values"));
            keys.addAll(factors);
            assertThat(line.keySet()).containsExactlyElementsOf(keys);
            assertThat(line.get("token").getAsInt()).isEqualTo(token);
            JsonArray features = line.getAsJsonArray("features");
            assertThat(features.size()).isEqualTo((int) (indptr[token + 1] - indptr[token]));
            assertThat(line.getAsJsonArray("values").size()).isEqualTo(features.size());
            for (int i = 0; i < features.size(); i++, at++) {
                assertThat(features.get(i).getAsInt()).isEqualTo(indices[at]);
                assertThat(Float.parseFloat(line.getAsJsonArray("values").get(i).getAsString()))
                        .isEqualTo(values[at]);
            }
            for (String factor : factors) {
                float expected = InputFiles.floatsOf(tensors, factor)[token];
                assertThat(Float.parseFloat(line.get(factor).getAsString())).isEqualTo(expected);
                assertThat(arrays.get(factor).floats()[token]).isEqualTo(expected);
            }
        }
    }

    private static List<Integer> narrow(long[] numbers) {
        List<Integer> narrow = new ArrayList<>();
        for (long number : numbers) {
            narrow.add(Math.toIntExact(number));
        }
        return narrow;
    }

    private static JsonObject object(String line) {
        return JsonParser.parseString(line).getAsJsonObject();
    }

    private static Map<String, String> metadata(JsonObject object) {
        Map<String, String> metadata = new TreeMap<>();
        object.entrySet()
                .forEach(entry -> metadata.put(entry.getKey(), entry.getValue().getAsString()));
        return metadata;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void allFormatsHoldTheSameNumbers(ReferenceCase reference) throws IOException {
        Path in = reference.folder().resolve("io.safetensors");

        CommandRun run = encodeAll(in, reference.folder(), "--tensor", "x", "--batch-tokens", 3);

        assertThat(run.exitCode()).as(run.err()).isZero();
        long[] shape = reference.expectedTensor("acts").shape();
        assertSameNumbers((int) shape[shape.length - 1]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "layer_norm", "constant_norm_rescale"})
    void whatDecodingNeedsIsBesideTheFeatures(String normalization) throws IOException {
        Path normalising =
                SmallSae.write(folder.resolve("norm"), ", \"normalize_activations\": \"" + normalization + "\"");
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {2, 4}, 1, 0, 3, -4, -5, -6, 0, 7)
                .write(folder.resolve("in.safetensors"));

        CommandRun run = encodeAll(in, normalising);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(InputFiles.tensorsOf(tensors).contains("scale")).isEqualTo(!normalization.equals("none"));
        assertThat(InputFiles.tensorsOf(tensors).contains("shift")).isEqualTo(normalization.equals("layer_norm"));
        assertSameNumbers(SmallSae.D_SAE);
    }

    @Test
    void tokensWithoutFeaturesHaveEmptyRows() throws IOException {
        CommandRun run = encodeAll(withAnEmptyRow(), smallSae);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Files.readAllLines(lines).get(2)).isEqualTo("{\"token\":1,\"features\":[],\"values\":[]}");
        assertThat(run.err())
                .containsPattern("· f\\.safetensors \\([^)]+\\) · f\\.npz \\([^)]+\\) · f\\.jsonl \\([^)]+\\)\\R$")
                .hasLineCount(1);
        assertSameNumbers(SmallSae.D_SAE);
    }

    @Test
    void noTokenAtAllMakesNoFile() {
        Path in = InputFiles.safetensors().floats("x", new long[] {3, 0, 4}).write(folder.resolve("in.safetensors"));

        CommandRun run = encodeAll(in, smallSae);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("in.safetensors: it has no tokens.");
        assertThat(tensors).doesNotExist();
        assertThat(npz).doesNotExist();
    }

    @Test
    void arraysAreDescribedAsNumPyDoes() {
        assertThat(sae("encode", withAnEmptyRow(), "--sae", smallSae, "--out", npz)
                        .exitCode())
                .isZero();

        NpzEntries arrays = NpzEntries.of(npz);
        assertThat(arrays.get("data").header()).isEqualTo(described("<f4", "(6,)"));
        assertThat(arrays.get("indices").header()).isEqualTo(described("<i4", "(6,)"));
        assertThat(arrays.get("indptr").header()).isEqualTo(described("<i4", "(4,)"));
        assertThat(arrays.get("shape").header()).isEqualTo(described("<i8", "(2,)"));
        assertThat(arrays.get("format").header()).isEqualTo(described("|S3", "()"));
        int length = arrays.get("metadata").data().remaining();
        assertThat(arrays.get("metadata").header()).isEqualTo(described("|u1", "(" + length + ",)"));
        assertThat(arrays.get("indptr").ints()).containsExactly(0, 2, 2, 6);
    }

    private static String described(String descr, String shape) {
        return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
    }

    @Test
    void twoRunsGiveTheSameBytes() throws IOException {
        Path in = withAnEmptyRow();
        encodeAll(in, smallSae);
        byte[] firstNpz = Files.readAllBytes(npz);
        byte[] firstLines = Files.readAllBytes(lines);

        assertThat(encodeAll(in, smallSae, "--force", "--batch-tokens", 1).exitCode())
                .isZero();

        assertThat(npz).hasBinaryContent(firstNpz);
        assertThat(lines).hasBinaryContent(firstLines);
        try (ZipFile zip = new ZipFile(npz.toFile())) {
            assertThat(zip.stream()).allMatch(entry -> entry.getTimeLocal().getYear() == 1980);
        }
    }

    @Test
    void endingsCountInAnyCase() {
        Path upper = work.resolve("F.NPZ");

        assertThat(sae("encode", withAnEmptyRow(), "--sae", smallSae, "--out", upper)
                        .exitCode())
                .isZero();

        assertThat(NpzEntries.of(upper).get("format").text()).isEqualTo("csr");
    }

    @Test
    void sciPyOpensTheMatrix() throws IOException, InterruptedException {
        assumeThat(python.run("import numpy, scipy.sparse"))
                .as("Python has SciPy")
                .isEqualTo("");
        assertThat(encodeAll(withAnEmptyRow(), smallSae).exitCode()).isZero();

        String printed = python.run("import json, numpy, scipy.sparse\n"
                + "m = scipy.sparse.load_npz(r'" + npz + "')\n"
                + "print(m.format, m.shape, m.dtype, m.indices.dtype, m.indptr.dtype, m.has_canonical_format)\n"
                + "print(m.toarray().tolist() == [[1, 0, 3, 0, 0, 0], [0] * 6,"
                + " [0, 0, float(numpy.float32(0.1)), float(numpy.float32(1e-9)), 5, 6]])\n"
                + "print(json.loads(numpy.load(r'" + npz + "')['metadata'].tobytes())['shape'])\n");

        assertThat(printed.lines()).containsExactly("csr (3, 6) float32 int32 int32 True", "True", "[3,6]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"safetensors", "npz", "parquet", "jsonl"})
    void readersOfTheDocumentationFindTheFeatures(String ending) throws IOException, InterruptedException {
        String reader = Python.documentedReader("." + ending);
        assumeThat(python.run(Python.importsOf(reader)))
                .as("Python has what the reader needs")
                .isEqualTo("");
        assertThat(encodeAll(withAnEmptyRow(), smallSae, "--out", work.resolve("f.parquet"))
                        .exitCode())
                .isZero();

        String printed = python.run(reader.replace("\"features.", "r\"" + work.resolve("f") + ".")
                + "assert features.toarray().tolist() == [[1, 0, 3, 0, 0, 0], [0] * 6,"
                + " [0, 0, float(numpy.float32(0.1)), float(numpy.float32(1e-9)), 5, 6]]\n"
                        .replace("numpy.", "__import__('numpy').")
                + "print(features.dtype, provenance['source'], provenance['shape'])\n");

        assertThat(printed.lines()).containsExactly("float32 in.safetensors [3,6]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--out f.pt|--out f.pt must end in one of " + ENDINGS,
                "--out f.npz --out f|--out f must end in one of " + ENDINGS,
                "--out f.npz --dense|f.npz has no dense form; --dense is for .safetensors files",
                "--out f.safetensors --out f.jsonl --dense|f.jsonl has no dense form",
                "--out f.npz --out ./f.npz|--out names the same file twice",
                "--out f.npz --out f.jsonl --out f.npz --force|--out names the same file twice, f.npz"
            })
    void misuseIsRefusedInOneSentence(String options, String sentence) {
        List<Object> arguments = new ArrayList<>(List.of("encode", withAnEmptyRow(), "--sae", smallSae));
        arguments.addAll(List.of(options.split(" ")));

        CommandRun run = sae(arguments.toArray());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("sae: ").contains(sentence).hasLineCount(1);
    }

    @Test
    void aFileIsRefusedTwiceUnderWhateverName() throws IOException {
        Files.writeString(npz, "precious");
        Path link = work.resolve("link.npz");
        try {
            Files.createSymbolicLink(link, npz);
        } catch (IOException | UnsupportedOperationException e) {
            assumeThat(e).as("this system lets us make links").isNull();
        }

        CommandRun run = sae("encode", withAnEmptyRow(), "--sae", smallSae, "--out", npz, "--out", link, "--force");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("the same file twice").hasLineCount(1);
        assertThat(npz).hasContent("precious");
    }

    @Test
    void failingWorkLeavesNoneOfTheFiles() {
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {2, 4}, 1, 2, 3, 4, 5, 6, Float.NaN, 8)
                .write(folder.resolve("in.safetensors"));

        CommandRun run = encodeAll(in, smallSae, "--batch-tokens", 1);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("NaN at token 1").hasLineCount(1);
        assertThat(CommandRun.namesIn(work)).isEmpty();
    }

    @Test
    void oneFileThatIsThereAlreadyKeepsAllFromBeingMade() throws IOException {
        Files.writeString(lines, "precious", StandardCharsets.UTF_8);

        CommandRun run = encodeAll(withAnEmptyRow(), smallSae);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("f.jsonl: this file exists already; --force replaces it.");
        assertThat(lines).hasContent("precious");
        assertThat(CommandRun.namesIn(work)).containsExactly("f.jsonl");
    }

    @ParameterizedTest
    @ValueSource(strings = {"f.npz", "f.jsonl"})
    void decodeSaysWhatItReads(String name) {
        encodeAll(withAnEmptyRow(), smallSae);

        CommandRun run =
                sae("decode", work.resolve(name), "--sae", smallSae, "--out", work.resolve("back.safetensors"));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .contains(name + ": features are read from .safetensors files")
                .hasLineCount(1);
    }
}
