package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.ReferenceCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the shape of a file does not tell where its sequences begin, the user or a column does. */
class SequencesTest {

    @TempDir
    private Path folder;

    private Path small;
    private Path out;

    @BeforeEach
    void makeSae() {
        small = SmallSae.write(folder.resolve("sae"));
        out = folder.resolve("out.safetensors");
    }

    private CommandRun encode(Path in, Object... options) {
        List<Object> command = new ArrayList<>(List.of("encode", in, "--sae", small, "--out", out, "--force"));
        command.addAll(List.of(options));
        return sae(command.toArray());
    }

    private List<Integer> skipped(Path in, Object... options) {
        CommandRun run = encode(in, options);
        assertThat(run.exitCode()).as(run.err()).isZero();
        long[] indptr = InputFiles.longsOf(out, "indptr");
        List<Integer> empty = new ArrayList<>();
        for (int token = 0; token + 1 < indptr.length; token++) {
            if (indptr[token] == indptr[token + 1]) {
                empty.add(token);
            }
        }
        return empty;
    }

    private static float[] ones(int tokens) {
        float[] x = new float[tokens * 4];
        for (int token = 0; token < tokens; token++) {
            x[token * 4] = 1;
        }
        return x;
    }

    private static InputFiles flat(int tokens) {
        return InputFiles.safetensors().floats("x", new long[] {tokens, 4}, ones(tokens));
    }

    @Test
    void aFlatFileDoesNotTell() {
        Path in = flat(6).write(folder.resolve("x.safetensors"));

        CommandRun run = encode(in, "--skip-first", 1);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .isEqualToIgnoringNewLines("sae: " + in + ": tensor \"x\" [6, 4] does not tell where sequences begin,"
                        + " which --skip-first needs; say --sequence-length N, --sequence-length file if each file is one,"
                        + " or --document-column NAME.");
        assertThat(out).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "3, '[2,3,6]', '[0, 3]', 2 of 6",
        "2, '[3,2,6]', '[0, 2, 4]', 3 of 6",
        "file, '[1,6,6]', '[0]', 1 of 6",
        "6, '[1,6,6]', '[0]', 1 of 6"
    })
    void theUserSaysHowLongSequencesAre(String length, String shape, String skipped, String leftOut) {
        Path in = flat(6).write(folder.resolve("x.safetensors"));

        assertThat(skipped(in, "--skip-first", 1, "--sequence-length", length, "--batch-tokens", 2))
                .hasToString(skipped);
        assertThat(InputFiles.metadataOf(out))
                .containsEntry("shape", shape)
                .containsEntry("selected", "--sequence-length " + length)
                .containsEntry("skipped", "--skip-first 1")
                .containsEntry("left_out", leftOut);
    }

    @Test
    void sequencesAreWhole() {
        Path in = flat(6).write(folder.resolve("x.safetensors"));

        assertThat(encode(in, "--sequence-length", 4).err())
                .contains("x.safetensors: its 6 tokens are not whole sequences of 4 (--sequence-length 4).");
        Path told = InputFiles.safetensors()
                .floats("x", new long[] {2, 3, 4}, ones(6))
                .write(folder.resolve("told.safetensors"));
        assertThat(encode(told, "--sequence-length", 2).err())
                .contains(
                        "told.safetensors: its shape has sequences of 3 tokens, but --sequence-length 2 says otherwise.");
        assertThat(skipped(told, "--sequence-length", 3, "--skip-first", 2)).containsExactly(0, 1, 3, 4);
        assertThat(encode(in, "--sequence-length", 0).exitCode()).isEqualTo(2);
        assertThat(encode(in, "--skip-first", 1, "--sequence-length", "3", "--document-column", "x")
                        .err())
                .contains("--sequence-length and --document-column both say");
    }

    @Test
    void eachFileMayBeOne() {
        Path runs = folder.resolve("runs");
        assertThat(runs.toFile().mkdir()).isTrue();
        flat(2).write(runs.resolve("1.safetensors"));
        flat(3).write(runs.resolve("2.safetensors"));

        assertThat(encode(runs, "--skip-first", 1).err()).contains("1.safetensors: tensor \"x\" [2, 4] does not tell");
        assertThat(skipped(runs, "--skip-first", 1, "--sequence-length", "file"))
                .containsExactly(0, 2);
        assertThat(InputFiles.metadataOf(out)).containsEntry("left_out", "2 of 5");
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "512"})
    void aColumnSaysWhichSequenceATokenIsOf(int batchTokens) {
        Path in = flat(7).longs("doc_id", 5, 5, 9, 9, 9, 5, 2).write(folder.resolve("x.safetensors"));

        assertThat(skipped(in, "--skip-first", 1, "--batch-tokens", batchTokens))
                .containsExactly(0, 2, 5, 6);
        assertThat(InputFiles.metadataOf(out))
                .containsEntry("selected", "--document-column doc_id")
                .containsEntry("left_out", "4 of 7");
        assertThat(skipped(in, "--skip-first", 2, "--rows", "3:", "--batch-tokens", batchTokens))
                .as("tokens 3, 5 and 6 of the file")
                .containsExactly(0, 2, 3);
        assertThat(InputFiles.metadataOf(out)).containsEntry("left_out", "6 of 7");
    }

    @Test
    void theUserNamesTheColumn() {
        Path in = flat(4).longs("run", 1, 1, 2, 2).write(folder.resolve("x.safetensors"));

        assertThat(skipped(in, "--skip-first", 1, "--document-column", "run")).containsExactly(0, 2);
        assertThat(encode(in, "--skip-first", 1, "--document-column", "runs").err())
                .contains("there is no --document-column runs; the file holds run I64 [4], x F32 [4, 4].");
        assertThat(encode(in, "--skip-first", 1, "--document-column", "x").err())
                .contains(
                        "--document-column x is F32 [4, 4], but should have a whole number or a text for each of the 4");
    }

    @Test
    void theNamesOfDocumentsMayBeTexts() throws IOException {
        MessageType type = MessageTypeParser.parseMessageType("message m { required binary document (STRING);"
                + " required group x (LIST) { repeated group list { required float element; } } }");
        Path in = folder.resolve("x.parquet");
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(in))
                .withType(type)
                .withConf(new PlainParquetConfiguration())
                .build()) {
            for (String document : new String[] {"a", "a", "b", "ba", "ba"}) {
                Group row = new SimpleGroup(type);
                row.append("document", document);
                Group list = row.addGroup("x");
                for (int column = 0; column < 4; column++) {
                    list.addGroup(0).append("element", 1f);
                }
                writer.write(row);
            }
        }

        assertThat(skipped(in, "--skip-first", 1)).containsExactly(0, 2, 3);
    }

    @Test
    void aSequenceThatMattersCanBeFlat() throws IOException {
        Path temporal = ReferenceCase.named("temporal-f32").folder();
        Path in = folder.resolve("flat.safetensors");
        InputFiles.safetensors().floats("x", new long[] {4, 16}, new float[64]).write(in);
        Files.deleteIfExists(out);

        CommandRun run = sae("encode", in, "--sae", temporal, "--out", out, "--sequence-length", 2);

        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    @Test
    void tokensAreNamedByTheirRowsOnlyWhereSequencesAreTold() {
        Path in = flat(6).write(folder.resolve("x.safetensors"));
        List<Object> command = new ArrayList<>(List.of("features", in, "--sae", small, "--feature", 0));

        assertThat(sae(command.toArray()).out())
                .contains("x.safetensors, token 4")
                .doesNotContain("row");
        command.addAll(List.of("--sequence-length", 3));
        assertThat(sae(command.toArray()).out()).contains("x.safetensors, row 1, position 1");
    }
}
