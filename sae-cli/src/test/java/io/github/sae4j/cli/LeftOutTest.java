package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.safetensors.Dtype;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens can be left out by their id, by their norm and by their place, and the others stay what and where they are. */
class LeftOutTest {

    @TempDir
    private Path folder;

    private Path small;
    private Path out;

    @BeforeEach
    void makeSae() {
        small = SmallSae.write(folder.resolve("sae"));
        out = folder.resolve("out.safetensors");
    }

    private long[] indptr(Path in, Object... options) {
        List<Object> command = new ArrayList<>(List.of("encode", in, "--sae", small, "--out", out, "--force"));
        command.addAll(List.of(options));
        CommandRun run = sae(command.toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
        return InputFiles.longsOf(out, "indptr");
    }

    private String refused(int exitCode, Path in, Object... options) {
        List<Object> command = new ArrayList<>(List.of("encode", in, "--sae", small, "--out", out));
        command.addAll(List.of(options));
        CommandRun run = sae(command.toArray());
        assertThat(run.exitCode()).isEqualTo(exitCode);
        assertThat(run.err()).startsWith("sae: ").hasLineCount(1);
        assertThat(out).doesNotExist();
        return run.err();
    }

    /** Tokens of which each has one feature, of the given strength. */
    private static float[] strengths(float... strengths) {
        float[] x = new float[strengths.length * 4];
        for (int token = 0; token < strengths.length; token++) {
            x[token * 4 + token % 2] = strengths[token];
        }
        return x;
    }

    @ParameterizedTest
    @ValueSource(strings = {"check", "features --top 1"})
    void peopleAreToldHowMany(String command) {
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {2, 3, 4}, strengths(1, 2, 3, 4, 5, 6))
                .write(folder.resolve("x.safetensors"));
        List<Object> words = new ArrayList<>(List.of(command.split(" ", -1)));
        words.addAll(List.of(in, "--sae", small));

        assertThat(sae(words.toArray()).out()).isNotEmpty().doesNotContain("left out");
        words.addAll(List.of("--skip-first", 1));
        assertThat(sae(words.toArray()).out()).containsPattern("left out +2 of 6 tokens, by --skip-first 1\n");
    }

    @ParameterizedTest
    @CsvSource({"I64,8", "I32,4", "U32,4", "U16,2", "I16,2"})
    void tokensOfAnIdHaveEmptyRows(Dtype dtype, int bytes) {
        ByteBuffer ids = InputFiles.buffer(6 * bytes);
        for (int id : new int[] {2, 7, 9, 2, 9, 8}) {
            ids.put((byte) id).position(ids.position() + bytes - 1);
        }
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {2, 3, 4}, strengths(1, 1, 1, 1, 1, 1))
                .raw("token_ids", dtype, new long[] {2, 3}, ids.flip())
                .write(folder.resolve("x.safetensors"));

        assertThat(indptr(in, "--skip-token", 2, "--batch-tokens", 4)).containsExactly(0, 0, 1, 2, 2, 3, 4);
        assertThat(InputFiles.metadataOf(out))
                .containsEntry("skipped", "--skip-token 2")
                .containsEntry("left_out", "2 of 6");
        assertThat(indptr(in, "--skip-token", "9,2", "--skip-token", "7")).containsExactly(0, 0, 0, 0, 0, 0, 1);
        assertThat(InputFiles.metadataOf(out)).containsEntry("skipped", "--skip-token 2,7,9");
    }

    @Test
    void idsOfEachFileAreItsOwn() {
        Path runs = folder.resolve("runs");
        assertThat(runs.toFile().mkdir()).isTrue();
        for (int file = 0; file < 2; file++) {
            InputFiles.safetensors()
                    .floats("x", new long[] {2, 4}, strengths(1, 1))
                    .longs("tokens", file, 1 - file)
                    .write(runs.resolve(file + ".safetensors"));
        }

        assertThat(indptr(runs, "--skip-token", 1)).containsExactly(0, 1, 1, 1, 2);
    }

    @Test
    void idsThatAreNotThere() {
        Path none = InputFiles.safetensors()
                .floats("x", new long[] {1, 4}, 1, 2, 3, 4)
                .write(folder.resolve("a.safetensors"));
        Path others = InputFiles.safetensors()
                .floats("x", new long[] {1, 4}, 1, 2, 3, 4)
                .longs("tokens", 1, 2)
                .write(folder.resolve("b.safetensors"));
        Path wrong = InputFiles.safetensors()
                .floats("x", new long[] {1, 4}, 1, 2, 3, 4)
                .floats("tokens", new long[] {1}, 1)
                .write(folder.resolve("c.safetensors"));

        assertThat(refused(1, none, "--skip-token", 1))
                .contains("a.safetensors: --skip-token needs the tokens' ids, but there is no array token_ids,");
        assertThat(refused(1, others, "--skip-token", 1))
                .contains("b.safetensors: tensor \"tokens\" has the shape [2], but the activations are of 1 tokens.");
        assertThat(refused(1, wrong, "--skip-token", 1))
                .contains("tensor \"tokens\" is F32, but ids are whole numbers");
        assertThat(refused(2, none, "--skip-token", "bos")).contains("--skip-token");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 512})
    void tokensOfAHugeNormHaveEmptyRows(int batchTokens) {
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {7, 4}, strengths(50, 1, 2, 3, 4, 1000, Float.POSITIVE_INFINITY))
                .write(folder.resolve("x.safetensors"));

        // The median norm is 4.
        assertThat(indptr(in, "--max-norm-multiple", 10, "--batch-tokens", batchTokens))
                .containsExactly(0, 0, 1, 2, 3, 4, 4, 4);
        assertThat(indptr(in, "--max-norm-multiple", 13)).containsExactly(0, 1, 2, 3, 4, 5, 5, 5);
        assertThat(InputFiles.metadataOf(out))
                .containsEntry("skipped", "--max-norm-multiple 13.0")
                .containsEntry("left_out", "2 of 7");
        // Of 1, 2, 3 and 4 it is the lower one of the two in the middle.
        assertThat(indptr(
                        in, "--max-norm-multiple", 1.4, "--rows", ":5", "--skip-first", 1, "--sequence-length", "file"))
                .containsExactly(0, 0, 1, 2, 2, 2);
    }

    @Test
    void standardInputHasNoMedianBeforehand() {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(new byte[0]));
        try {
            CommandRun run = sae("eval", "-", "--sae", small, "--max-norm-multiple", 3);
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains("--max-norm-multiple reads the activations twice");
        } finally {
            System.setIn(before);
        }
    }

    @ParameterizedTest
    @CsvSource({"0:2, 2", "1:4, 3", ":3, 3", "4:, 2", "5:99, 1", ":, 6"})
    void rowsAreThoseOfTheWholeInput(String rows, int count) {
        Path runs = folder.resolve("runs");
        assertThat(runs.toFile().mkdir()).isTrue();
        for (int file = 0; file < 3; file++) {
            InputFiles.safetensors()
                    .floats("x", new long[] {2, 4}, strengths(2 * file + 1, 2 * file + 2))
                    .write(runs.resolve(file + ".safetensors"));
        }
        int from = rows.startsWith(":") ? 0 : Math.min(6, Integer.parseInt(rows.substring(0, 1)));

        assertThat(indptr(runs, "--rows", rows, "--batch-tokens", 2)).hasSize(count + 1);
        float[] expected = new float[count];
        for (int i = 0; i < count; i++) {
            expected[i] = from + i + 1;
        }
        assertThat(InputFiles.floatsOf(out, "values")).containsExactly(expected);
        assertThat(InputFiles.metadataOf(out)).containsEntry("shape", "[" + count + ",6]");
    }

    @Test
    void rowsOfWholeSequencesStaySequences() {
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {4, 2, 4}, strengths(1, 2, 3, 4, 5, 6, 7, 8))
                .write(folder.resolve("x.safetensors"));

        indptr(in, "--rows", "2:6");
        assertThat(InputFiles.metadataOf(out)).containsEntry("shape", "[2,2,6]").containsEntry("skipped", "--rows 2:6");
        assertThat(indptr(in, "--rows", "1:6", "--skip-first", 1)).containsExactly(0, 1, 1, 2, 2, 3);
        assertThat(InputFiles.metadataOf(out))
                .containsEntry("shape", "[5,6]")
                .containsEntry("skipped", "--rows 1:6 --skip-first 1");
    }

    @Test
    void sequencesThatMatterAreNotCut() {
        ReferenceCase temporal = ReferenceCase.named("temporal-f32");
        Path in = temporal.folder().resolve("io.safetensors");
        Object[] command = {"encode", in, "--tensor", "x", "--sae", temporal.folder(), "--out", out, "--rows", "1:"};

        CommandRun run = sae(command);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("--rows 1: cuts sequences of ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "-1:2", "3:2", "3:3", "a:b", "1:2:3", "1:99999999999999999999"})
    void rowsThatAreNone(String rows) {
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {1, 4}, 1, 2, 3, 4)
                .write(folder.resolve("x.safetensors"));

        assertThat(refused(2, in, "--rows=" + rows)).contains("it must be A:B");
    }

    @Test
    void placesStayThoseOfTheFile() {
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {2, 3, 4}, strengths(1, 1, 1, 1, 9, 1))
                .write(folder.resolve("x.safetensors"));
        Path tokens = InputFiles.write(
                folder.resolve("t.jsonl"),
                "[\"a\",\"b\",\"c\"]\n[\"d\",\"e\",\"f\"]\n".getBytes(StandardCharsets.UTF_8));

        String json = sae("features", in, "--sae", small, "--top", 1, "--rows", "2:", "--tokens", tokens, "--json")
                .out();

        String example = JsonParser.parseString(json)
                .getAsJsonObject()
                .getAsJsonArray("features")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("examples")
                .get(0)
                .toString();
        assertThat(example).contains("\"value\":9.0,\"token\":4", "\"row\":1,\"position\":1", "\"text\":\"e\"");
    }
}
