package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.sae4j.fixtures.SetCase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Cross-layer transcoders and crosscoders: files have an axis of layers. */
class LayerSetsTest {

    @TempDir
    private Path folder;

    static List<SetCase> cases() {
        return SetCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void encodeDecodeAndReconstructFilesWithAnAxisOfLayers(SetCase published) {
        float[][][] acts = published.expected("acts");
        Path dense = folder.resolve("dense.safetensors");
        Path sparse = folder.resolve("sparse.safetensors");
        Path decoded = folder.resolve("decoded.safetensors");
        Path fromDense = folder.resolve("from-dense.safetensors");
        Path reconstructed = folder.resolve("reconstructed.safetensors");
        long[] shape = {acts.length, acts[0].length, acts[0][0].length};

        run("encode", published, published.io(), dense, "--tensor", "x", "--dense");
        run("encode", published, published.io(), sparse, "--tensor", "x", "--batch-tokens", "4");
        run("decode", published, sparse, decoded, "--batch-tokens", "4");
        run("decode", published, dense, fromDense);
        run("reconstruct", published, published.io(), reconstructed, "--tensor", "x");

        assertThat(InputFiles.floatsOf(dense, "features")).is(closeTo(SetCase.flat(acts)));
        assertThat(InputFiles.shapeOf(dense, "features")).isEqualTo(shape);
        assertThat(InputFiles.metadataOf(sparse))
                .containsEntry("shape", "[" + shape[0] + "," + shape[1] + "," + shape[2] + "]")
                .containsKey("sae_sha256");
        assertThat(InputFiles.floatsOf(decoded, "reconstruction"))
                .is(closeTo(SetCase.flat(published.expected("recon"))));
        assertThat(InputFiles.floatsOf(fromDense, "reconstruction"))
                .isEqualTo(InputFiles.floatsOf(decoded, "reconstruction"));
        assertThat(InputFiles.floatsOf(reconstructed, "reconstruction"))
                .is(closeTo(SetCase.flat(published.expected("out"))));
        assertThat(InputFiles.shapeOf(reconstructed, "reconstruction"))
                .isEqualTo(new long[] {shape[0], shape[1], published.x()[0][0].length});
    }

    private static CommandRun run(String command, SetCase set, Path in, Path out, Object... options) {
        CommandRun run = tried(command, set, in, out, options);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).doesNotContain("warning");
        return run;
    }

    private static CommandRun tried(String command, SetCase set, Path in, Path out, Object... options) {
        return sae(Stream.concat(
                        Stream.of(command, in, "--sae", set.setFolder(), "--out", out, "--device", "cpu"),
                        Stream.of(options))
                .toArray());
    }

    @Test
    void oneLayerCanBeChosen() {
        SetCase published = SetCase.named("gs2_clt_affine");
        Path features = folder.resolve("layer.safetensors");
        Path out = folder.resolve("out.safetensors");

        run("encode", published, published.io(), features, "--tensor", "x", "--dense", "--layer", "2");
        run("reconstruct", published, published.io(), out, "--tensor", "x", "--layer", "2");

        assertThat(InputFiles.floatsOf(features, "features")).is(closeTo(layer(published.expected("acts"), 2)));
        assertThat(InputFiles.shapeOf(features, "features")).hasSize(2);
        assertThat(InputFiles.floatsOf(out, "reconstruction")).is(closeTo(layer(published.expected("out"), 2)));
    }

    private static float[] layer(float[][][] all, int layer) {
        return SetCase.flat(
                Stream.of(all).map(token -> new float[][] {token[layer]}).toArray(float[][][]::new));
    }

    @Test
    void oneLayerHasTheFormsOfOneSae() throws IOException {
        SetCase published = SetCase.named("gs2_clt_affine");
        Path sparse = folder.resolve("f.safetensors");
        Path lines = folder.resolve("f.jsonl");
        Path rows = folder.resolve("f.parquet");
        Object[] layer = {"--tensor", "x", "--layer", "2"};

        run("encode", published, published.io(), sparse, layer);
        run("encode", published, published.io(), lines, layer);
        run("encode", published, published.io(), rows, layer);
        CommandRun printed = run("encode", published, published.io(), Path.of("-"), layer);

        List<JsonObject> tokens = printed.out()
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
        long[] indptr = InputFiles.longsOf(sparse, "indptr");
        assertThat(lines).hasContent(printed.out());
        assertThat(tokens).hasSize(indptr.length - 1).hasSameSizeAs(published.expected("acts"));
        assertThat(tokens.get(tokens.size() - 1).get("token").getAsInt()).isEqualTo(tokens.size() - 1);
        List<Float> values = new ArrayList<>();
        tokens.forEach(token -> token.getAsJsonArray("values").forEach(value -> values.add(value.getAsFloat())));
        assertThat(InputFiles.floatsOf(sparse, "values")).containsExactly(values.toArray(Float[]::new));
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(rows))) {
            assertThat(reader.getRecordCount()).isEqualTo(tokens.size());
            assertThat(reader.getFooter().getFileMetaData().getKeyValueMetaData())
                    .isEqualTo(InputFiles.metadataOf(sparse));
        }
    }

    @Test
    void activationsMayBeOfParquet() throws IOException {
        SetCase published = SetCase.named("gs2_clt_affine");
        MessageType type = MessageTypeParser.parseMessageType(
                "message m { required group x (LIST) { repeated group list { required group element (LIST) {"
                        + " repeated group list { required float element; } } } } }");
        Path in = folder.resolve("x.parquet");
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(in))
                .withType(type)
                .withConf(new PlainParquetConfiguration())
                .build()) {
            for (float[][] token : published.x()) {
                Group row = new SimpleGroup(type);
                Group layers = row.addGroup("x");
                for (float[] layer : token) {
                    Group numbers = layers.addGroup(0).addGroup("element");
                    for (float number : layer) {
                        numbers.addGroup(0).append("element", number);
                    }
                }
                writer.write(row);
            }
        }
        Path expected = folder.resolve("expected.safetensors");
        Path found = folder.resolve("found.safetensors");

        run("encode", published, published.io(), expected, "--tensor", "x");
        run("encode", published, in, found);

        assertThat(InputFiles.floatsOf(found, "values")).isEqualTo(InputFiles.floatsOf(expected, "values"));
        assertThat(InputFiles.longsOf(found, "indptr")).isEqualTo(InputFiles.longsOf(expected, "indptr"));
    }

    /** Ids of tokens are not read for a set. */
    @Test
    void oneLayerIsNotForDelphi() {
        SetCase published = SetCase.named("gs2_clt_affine");

        CommandRun run = tried(
                "encode",
                published,
                published.io(),
                Path.of("delphi:" + folder.resolve("latents")),
                "--tensor",
                "x",
                "--layer",
                "2");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("sae: --out delphi: needs the ids of the tokens, but they are not known.\n");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void infoNamesTheLayersAndWhereTheyReadAndWrite() {
        CommandRun info = sae("info", SetCase.named("gs2_crosscoder").setFolder());

        assertThat(info.exitCode()).as(info.err()).isZero();
        assertThat(info.out())
                .containsPattern("layers +4\n")
                .contains("reads blocks.7.hook_resid_post, writes blocks.7.hook_resid_post, alone: params_layer_0")
                .contains("reads blocks.22.hook_resid_post, writes blocks.22.hook_resid_post, alone: params_layer_3");
    }

    @Test
    void infoIsJsonWhereThatIsAskedFor() {
        SetCase published = SetCase.named("gs2_crosscoder");

        CommandRun info = sae("info", published.setFolder(), "--json");

        assertThat(info.exitCode()).as(info.err()).isZero();
        JsonObject set = JsonParser.parseString(info.out()).getAsJsonObject();
        assertThat(set.get("d_in").getAsInt()).isEqualTo(published.x()[0][0].length);
        assertThat(set.get("skip_term").getAsBoolean()).isFalse();
        assertThat(set.getAsJsonArray("files")).isNotEmpty();
        assertThat(set.getAsJsonArray("layers")).hasSize(4);
        assertThat(set.getAsJsonArray("layers").get(3).toString())
                .isEqualTo("{\"layer\":3,\"sae\":\"params_layer_3\",\"hook_name\":\"blocks.22.hook_resid_post\","
                        + "\"hook_name_out\":\"blocks.22.hook_resid_post\"}");
    }

    @Test
    void filesWithoutAnAxisOfLayersAreRefusedWithTheShapeThatIsTaken() {
        SetCase published = SetCase.named("ct_clt_relu");
        Path one = folder.resolve("one.safetensors");
        run("reconstruct", published, published.io(), one, "--tensor", "x", "--layer", "0");

        CommandRun run = tried("encode", published, one, folder.resolve("out.safetensors"));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("has the shape [6, 12]").contains("[tokens, layers = 3, d_in = 12]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"encode", "reconstruct"})
    void asManyTokensAsLayersAreNotTakenForLayers(String command) {
        Path flat = InputFiles.safetensors()
                .floats("x", new long[] {3, 12}, new float[3 * 12])
                .write(folder.resolve("flat.safetensors"));

        CommandRun run = tried(command, SetCase.named("ct_clt_relu"), flat, folder.resolve("out.safetensors"));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("has the shape [3, 12]").contains("[tokens, layers = 3, d_in = 12]");
    }

    @Test
    void featuresOfOneLayerAreNotDecodedAsThoseOfAll() {
        SetCase published = SetCase.named("ct_clt_relu");
        Path in = layered(new float[2 * 3 * 3 * 12]);
        Path features = folder.resolve("features.safetensors");
        run("encode", published, in, features, "--layer", "1");

        CommandRun run = tried("decode", published, features, folder.resolve("out.safetensors"));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .contains("features.safetensors was encoded with --layer 1, so it has the features of one layer")
                .hasLineCount(1);
    }

    /** Writes two sequences of three tokens in three layers. */
    private Path layered(float[] x) {
        return InputFiles.safetensors()
                .floats("x", new long[] {2, 3, 3, 12}, x)
                .write(folder.resolve("layered.safetensors"));
    }

    @ParameterizedTest
    @CsvSource({"4, 2, 5", "0, 0, 0"})
    void whatIsNotFiniteIsNamedByItsTokenAndLayer(int token, int layer, int column) {
        float[] x = new float[2 * 3 * 3 * 12];
        x[(token * 3 + layer) * 12 + column] = Float.NaN;

        CommandRun run = tried("encode", SetCase.named("ct_clt_relu"), layered(x), folder.resolve("out.safetensors"));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().strip())
                .endsWith("has NaN at token " + token + ", layer " + layer + ", column " + column
                        + "; --allow-non-finite lets such values through.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--skip-first 1",
                "--rows 0:2",
                "--layer 3",
                "--set k=3",
                "--fold-decoder-norms",
                "--shard-tokens 2"
            })
    void optionsForOneSaeAreRefused(String options) {
        CommandRun run = tried(
                "encode",
                SetCase.named("ct_clt_relu"),
                SetCase.named("ct_clt_relu").io(),
                folder.resolve("out.safetensors"),
                Stream.concat(Stream.of("--tensor", "x"), Stream.of(options.split(" ", -1)))
                        .toArray());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(1);
        assertThat(run.err()).contains(options.split(" ", -1)[0]).hasLineCount(1);
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"out.jsonl", "out.parquet"})
    void formsThatNumberTokensAreRefused(String name) {
        SetCase published = SetCase.named("ct_clt_relu");
        CommandRun run = tried("encode", published, published.io(), folder.resolve(name), "--tensor", "x");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains(".safetensors and .npz files only");
    }

    @ParameterizedTest
    @ValueSource(strings = {"eval", "check"})
    void whatTakesOneSaeSaysSo(String command) {
        SetCase published = SetCase.named("ct_clt_relu");
        CommandRun run = sae(command, published.io(), "--tensor", "x", "--sae", published.setFolder());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("is a set of layers").hasLineCount(1);
    }

    @Test
    void aLayerIsNotChosenFromOneSae() {
        SetCase published = SetCase.named("gs2_clt");
        CommandRun run = sae(
                "encode",
                published.io(),
                "--tensor",
                "x",
                "--sae",
                published.setFolder().resolve("params_layer_0"),
                "--layer",
                "0",
                "--out",
                folder.resolve("out.safetensors"));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("--layer 0 chooses from a set of layers").contains("is one SAE");
    }
}
