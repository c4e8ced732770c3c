package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileWriter;
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

/** The texts of tokens, from Parquet as from JSON lines. */
class TokensTest {

    private static final String[][] TEXTS = {{"<s>", " the", " cat"}, {"<s>", "\n", " été"}};
    private static final String LISTS =
            "message m { required int32 id; required group tokens (LIST) { repeated group list { optional binary element"
                    + " (STRING); } } optional binary other (STRING); }";
    private static final String PLAIN = "message m { optional binary token (STRING); }";

    @TempDir
    private Path folder;

    private Path smallSae;
    private Path sequences;
    private Path flat;

    @BeforeEach
    void makeFiles() {
        smallSae = SmallSae.write(folder.resolve("small"));
        float[] x = new float[24];
        for (int token = 0; token < 6; token++) {
            x[token * 4] = token + 1;
        }
        sequences =
                InputFiles.safetensors().floats("x", new long[] {2, 3, 4}, x).write(folder.resolve("x.safetensors"));
        flat = InputFiles.safetensors().floats("x", new long[] {6, 4}, x).write(folder.resolve("flat.safetensors"));
    }

    private Path parquet(String schema, int rows, ObjIntConsumer<Group> fill) throws IOException {
        MessageType type = MessageTypeParser.parseMessageType(schema);
        Path file = folder.resolve("tokens.parquet");
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withType(type)
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .withConf(new PlainParquetConfiguration())
                .withRowGroupSize(64L)
                .withMinRowCountForPageSizeCheck(1)
                .build()) {
            for (int row = 0; row < rows; row++) {
                Group group = new SimpleGroup(type);
                fill.accept(group, row);
                writer.write(group);
            }
        }
        return file;
    }

    private static void list(Group group, int row) {
        group.append("id", row);
        Group tokens = group.addGroup("tokens");
        for (String text : TEXTS[row]) {
            tokens.addGroup(0).append("element", text);
        }
        group.append("other", "a whole text");
    }

    private CommandRun features(Path activations, Path tokens) {
        return sae("features", activations, "--sae", smallSae, "--feature", 0, "--json", "--tokens", tokens);
    }

    private String json(Path activations, String... lines) throws IOException {
        CommandRun run = features(activations, Files.write(folder.resolve("tokens.jsonl"), List.of(lines)));
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out();
    }

    @Test
    void listsOfTextsAreSequences() throws IOException {
        String expected = json(sequences, "[\"<s>\",\" the\",\" cat\"]", "[\"<s>\",\"\\n\",\" été\"]", "");
        assertThat(expected).contains("été");

        Path tokens = parquet(LISTS, 2, TokensTest::list);

        assertThat(features(sequences, tokens).out()).isEqualTo(expected);
        assertThat(features(flat, tokens).out())
                .isEqualTo(json(flat, "[\"<s>\",\" the\",\" cat\"]", "[\"<s>\",\"\\n\",\" été\"]"));
    }

    @Test
    void textsAreTokens() throws IOException {
        Path tokens = parquet(PLAIN, 6, (group, row) -> group.append("token", TEXTS[row / 3][row % 3]));

        assertThat(features(sequences, tokens).out())
                .isEqualTo(json(sequences, "[\"<s>\",\" the\",\" cat\"]", "[\"<s>\",\"\\n\",\" été\"]"));
        assertThat(features(flat, tokens).out())
                .isEqualTo(json(flat, "[\"<s>\",\" the\",\" cat\",\"<s>\",\"\\n\",\" été\"]"));
    }

    private void assertRefused(Path activations, Path tokens, String sentence) {
        CommandRun run = features(activations, tokens);
        assertThat(run.err()).isEqualTo("sae: " + tokens + sentence + "\n");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void whatIsNoTextOfTheseTokensIsRefused() throws IOException {
        assertRefused(
                sequences,
                parquet(PLAIN, 5, (group, row) -> group.append("token", "a")),
                ": it has 5 tokens, but the activations are of 6.");
        assertRefused(
                sequences,
                parquet(PLAIN, 2, (group, row) -> {
                    if (row == 0) {
                        group.append("token", "a");
                    }
                }),
                ", row 1: a token's text is missing.");
        assertRefused(
                sequences,
                parquet(LISTS, 2, (group, row) -> {
                    list(group, row);
                    group.getGroup("tokens", 0).addGroup(0).append("element", "more");
                }),
                ", row 0: it has 4 tokens, but a sequence of the activations has 3.");
        assertRefused(
                sequences,
                parquet(LISTS, 2, (group, row) -> {
                    group.append("id", row);
                    group.addGroup("tokens");
                }),
                ", row 0: it has 0 tokens, but a sequence of the activations has 3.");
        assertRefused(
                sequences,
                parquet(LISTS, 2, (group, row) -> {
                    list(group, row);
                    group.getGroup("tokens", 0).addGroup(0);
                }),
                ", row 0: a token's text is missing.");
        assertRefused(
                sequences,
                parquet("message m { required int32 id; }", 1, (group, row) -> group.append("id", 1)),
                ": tokens' texts should be its column \"tokens\" or \"token\" of strings or lists of strings, or the only such"
                        + " column, but it has 0 and none so called.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[\"a\",\"b\"]|, line 1: it has 2 tokens, but a sequence of the activations has 3.",
                "[\"a\",\"b\",\"c\"]|: it has 3 tokens, but the activations are of 6.",
                "[\"a\",\"b\",3]|, line 1: a token should be a string, but is 3.",
                "{\"text\":\"abc\"}|, line 1: there should be an array of strings, or an object with one as its \"tokens\".",
                "[\"a\"|, line 1: this is no JSON."
            })
    void linesThatAreNoTextsOfTheseTokensAreRefused(String line, String sentence) throws IOException {
        assertRefused(sequences, Files.writeString(folder.resolve("tokens.jsonl"), line + "\n"), sentence);
    }

    /** Not after hours of work. */
    @Test
    void theFirstSequenceIsLookedAtBeforeTheWork() throws IOException {
        Path bad = InputFiles.safetensors()
                .floats("x", new long[] {1, 3, 4}, 1, Float.NaN, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0)
                .write(folder.resolve("bad.safetensors"));

        assertRefused(
                bad,
                Files.writeString(folder.resolve("tokens.jsonl"), "[\"a\"]\n"),
                ", line 1: it has 1 tokens, but a sequence of the activations has 3.");
    }
}
