package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.ReferenceCase;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.ObjIntConsumer;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Activations in Parquet give the features that the same activations give in safetensors. */
class ParquetActivationsTest {

    private static final ReferenceCase REFERENCE = ReferenceCase.named("standard-f32");

    @TempDir
    private Path folder;

    private Path write(String name, String schema, CompressionCodecName codec, int rows, ObjIntConsumer<Group> fill)
            throws IOException {
        MessageType type = MessageTypeParser.parseMessageType(schema);
        Path file = folder.resolve(name);
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withType(type)
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .withConf(new PlainParquetConfiguration())
                .withCompressionCodec(codec)
                .withRowGroupSize(1L << 12)
                .withMinRowCountForPageSizeCheck(1)
                .withMaxRowCountForPageSizeCheck(5)
                .build()) {
            for (int row = 0; row < rows; row++) {
                Group group = new SimpleGroup(type);
                fill.accept(group, row);
                writer.write(group);
            }
        }
        return file;
    }

    private static String listOf(String element) {
        return "message m { optional int32 token_ids; optional group hidden (LIST) { repeated group list { " + element
                + " } } optional binary text (STRING); }";
    }

    private static void append(Group list, String type, float value) {
        Group element = list.addGroup(0);
        switch (type) {
            case "float" -> element.append("element", value);
            case "double" -> element.append("element", (double) value);
            default ->
                element.append(
                        "element",
                        Binary.fromConstantByteArray(ByteBuffer.allocate(2)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putShort(half(value))
                                .array()));
        }
    }

    /** Exact for the numbers that the test makes. */
    private static short half(float value) {
        int bits = Float.floatToIntBits(value);
        int exponent = ((bits >> 23) & 0xff) - 127 + 15;
        return (short) (value == 0 ? 0 : ((bits >> 16) & 0x8000) | (exponent << 10) | ((bits >> 13) & 0x3ff));
    }

    private static float[] inQuarters(float[] values) {
        float[] rounded = values.clone();
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = Math.round(rounded[i] * 4) / 4f;
        }
        return rounded;
    }

    private void assertSameFeatures(Path input, long[] shape, float[] x, Object... options) throws IOException {
        Path plain = InputFiles.safetensors().floats("x", shape, x).write(folder.resolve("plain.safetensors"));
        Path expected = folder.resolve("expected.npz");
        Path found = folder.resolve("found.npz");
        CommandRun first = sae("encode", plain, "--sae", REFERENCE.folder(), "--out", expected, "--force");
        assertThat(first.exitCode()).as(first.err()).isZero();
        Object[] arguments = new Object[7 + options.length];
        System.arraycopy(
                new Object[] {"encode", input, "--sae", REFERENCE.folder(), "--out", found, "--force"},
                0,
                arguments,
                0,
                7);
        System.arraycopy(options, 0, arguments, 7, options.length);
        CommandRun run = sae(arguments);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(NpzEntries.of(found).get("data").floats())
                .isEqualTo(NpzEntries.of(expected).get("data").floats());
        for (String name : List.of("indices", "indptr")) {
            assertThat(NpzEntries.of(found).get(name).ints())
                    .isEqualTo(NpzEntries.of(expected).get(name).ints());
        }
    }

    private static int width() {
        long[] shape = REFERENCE.inputShape();
        return (int) shape[shape.length - 1];
    }

    @ParameterizedTest
    @CsvSource({
        "float, required float element;, UNCOMPRESSED",
        "float, optional float element;, SNAPPY",
        "double, required double element;, LZ4_RAW",
        "half, required fixed_len_byte_array(2) element (FLOAT16);, ZSTD"
    })
    void readsListsOfNumbers(String type, String element, CompressionCodecName codec) throws IOException {
        float[] x = inQuarters(REFERENCE.input());
        int width = width();
        int rows = x.length / width;
        Path input = write("x.parquet", listOf(element), codec, rows, (group, row) -> {
            group.append("token_ids", 100 + row);
            Group list = group.addGroup("hidden");
            for (int column = 0; column < width; column++) {
                append(list, type, x[row * width + column]);
            }
            group.append("text", " token " + row);
        });

        assertSameFeatures(input, new long[] {rows, width}, x);
        assertSameFeatures(input, new long[] {rows, width}, x, "--column", "hidden", "--batch-tokens", 1);

        float[] tail = Arrays.copyOfRange(x, 3 * width, x.length);
        assertSameFeatures(input, new long[] {rows - 3, width}, tail, "--rows", "3:");
        CommandRun skipping = sae("eval", input, "--sae", REFERENCE.folder(), "--skip-token", "100,102", "--json");
        assertThat(skipping.out()).contains("\"tokens\": " + (rows - 2) + ",");
    }

    @Test
    void readsSequencesOfLists() throws IOException {
        float[] x = REFERENCE.input();
        int width = width();
        int sequences = x.length / width / 2;
        String schema = "message m { required group act (LIST) { repeated group list { required group element (LIST) {"
                + " repeated group list { required float element; } } } } }";
        Path input = write("x.parquet", schema, CompressionCodecName.SNAPPY, sequences, (group, row) -> {
            Group outer = group.addGroup("act");
            for (int token = 0; token < 2; token++) {
                Group inner = outer.addGroup(0).addGroup("element");
                for (int column = 0; column < width; column++) {
                    append(inner, "float", x[(row * 2 + token) * width + column]);
                }
            }
        });

        float[] whole = Arrays.copyOf(x, sequences * 2 * width);
        assertSameFeatures(input, new long[] {sequences, 2, width}, whole);
        assertSameFeatures(input, new long[] {sequences, 2, width}, whole, "--batch-tokens", 3);
    }

    /** Three rows, written by DuckDB. */
    private static Path resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(ParquetActivationsTest.class.getResource(name))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void unpacksGzipAndRefusesWhatItCannotUnpack() throws IOException {
        Path model = SmallSae.write(folder.resolve("sae"));
        Path out = folder.resolve("f.npz");

        CommandRun run = sae("encode", resource("gzip.parquet"), "--sae", model, "--out", out);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(NpzEntries.of(out).get("data").floats()).containsExactly(1, 3, 0.5f, 2, 5, 6);
        assertThat(NpzEntries.of(out).get("indices").ints()).containsExactly(0, 2, 2, 3, 4, 5);
        assertThat(NpzEntries.of(out).get("indptr").ints()).containsExactly(0, 2, 2, 6);
        assertThat(sae("encode", resource("brotli.parquet"), "--sae", model, "--out", out, "--force")
                        .err())
                .isEqualTo("sae: " + resource("brotli.parquet") + ": it is compressed with BROTLI, but Parquet is read"
                        + " with SNAPPY, GZIP, ZSTD, LZ4_RAW or no compression.\n");
    }

    private String encodeBad(int... lengths) throws IOException {
        Path input = write(
                "x.parquet",
                listOf("optional float element;"),
                CompressionCodecName.UNCOMPRESSED,
                lengths.length,
                (group, row) -> {
                    Group list = group.addGroup("hidden");
                    for (int column = 0; column < Math.abs(lengths[row]); column++) {
                        if (lengths[row] > 0) {
                            append(list, "float", column);
                        } else {
                            list.addGroup(0);
                        }
                    }
                });
        CommandRun run =
                sae("encode", input, "--sae", SmallSae.write(folder.resolve("sae")), "--out", folder.resolve("f.npz"));
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(folder.resolve("f.npz")).doesNotExist();
        return run.err().replace(folder.toString() + "/", "");
    }

    @Test
    void refusesListsThatAreNoArray() throws IOException {
        assertThat(encodeBad(4, 5))
                .startsWith("sae: x.parquet: no floating-point tensor has 4 columns")
                .contains("hidden F32 in lists of several lengths [2, 4]");
        assertThat(encodeBad(4, 3, 5))
                .isEqualTo(
                        "sae: x.parquet: the lists of column \"hidden\" should all have one length, [4], but in row 1 or"
                                + " before it one has another.\n");
        assertThat(encodeBad(4, -4, 4))
                .isEqualTo("sae: x.parquet: column \"hidden\" has no value at row 1, place 0.\n");
        assertThat(encodeBad(3, 3)).contains("has 3 columns, but");
    }

    @Test
    void refusesWhatIsNoParquetFile() throws IOException {
        Path good =
                write("x.parquet", listOf("required float element;"), CompressionCodecName.SNAPPY, 50, (group, row) -> {
                    Group list = group.addGroup("hidden");
                    for (int column = 0; column < 4; column++) {
                        append(list, "float", row * 4 + column);
                    }
                });
        Path model = SmallSae.write(folder.resolve("sae"));
        byte[] bytes = Files.readAllBytes(good);
        for (int at = 0; at < bytes.length; at += 7) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= (byte) 0x55;
            Files.write(good, damaged);
            CommandRun run = sae("encode", good, "--sae", model, "--out", folder.resolve("f.npz"), "--force");
            assertThat(run.err())
                    .as("byte " + at)
                    .doesNotContain("unexpected failure")
                    .hasLineCount(1);
        }
        Files.write(good, Arrays.copyOf(bytes, bytes.length - 20));
        assertThat(sae("encode", good, "--sae", model, "--out", folder.resolve("f.npz"), "--force")
                        .err())
                .startsWith("sae: " + good + ": it cannot be read as Parquet (it is not a Parquet file");
    }
}
