package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Activations in Arrow give the features that the same activations give in safetensors. The files were written by Arrow's
 * JavaScript library, the two whose names say so by Polars.
 */
class ArrowActivationsTest {

    private static final float[] ROWS = {1, 0, 3, -4, 0, 0, 0, 0, -5, -6, 0.5f, 0.25f};
    private static final float[] SEQUENCES = {
        1, 0, 3, -4, 0, 0, 0, 0, -5, -6, 0.5f, 0.25f, 0, 2, 0, 0, 7, 0, 0, 0, 0, 0, 0, 8
    };

    @TempDir
    private Path folder;

    private Path smallSae;

    @BeforeEach
    void makeSae() {
        smallSae = SmallSae.reading(folder.resolve("small"), "blocks.2.hook_resid_post", "small");
    }

    private static Path resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(ArrowActivationsTest.class.getResource(name))
                    .toURI());
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

    private Path plain(long[] shape, float... x) {
        return InputFiles.safetensors().floats("x", shape, x).write(folder.resolve("plain.safetensors"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fixed.arrow", "half.arrow", "polars.arrow"})
    void readsListsOfNumbers(String name) throws IOException {
        List<String> expected = features(plain(new long[] {3, 4}, ROWS));

        assertThat(features(resource(name))).isEqualTo(expected);
        assertThat(features(resource(name), "--batch-tokens", 1)).isEqualTo(expected);
        assertThat(features(resource(name), "--rows", "1:"))
                .isEqualTo(expected.subList(1, 3).stream()
                        .map(line -> line.replace("\"token\":1", "\"token\":0").replace("\"token\":2", "\"token\":1"))
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sequences.arrow", "sequences-file.arrow"})
    void readsSequencesOfSeveralRecordBatches(String name) throws IOException {
        Path expected = plain(new long[] {3, 2, 4}, SEQUENCES);

        assertThat(features(resource(name))).isEqualTo(features(expected));
        assertThat(features(resource(name), "--batch-tokens", 4, "--skip-first", 1))
                .isEqualTo(features(expected, "--skip-first", 1));
        assertThat(features(resource(name), "--rows", "3:5", "--column", "blocks.2.hook_resid_post"))
                .isEqualTo(features(expected, "--rows", "3:5"));
        assertThat(features(resource(name), "--skip-token", "10,14"))
                .isEqualTo(features(expected, "--skip-first", 1).stream()
                        .map(line -> line.replace(
                                "\"token\":2,\"features\":[],\"values\":[]",
                                "\"token\":2,\"features\":[2,3,4,5],\"values\":[0.5,0.25,5.0,6.0]"))
                        .toList());
    }

    /** A folder as SAELens's CacheActivationsRunner leaves it. */
    @Test
    void theOrderOfADatasetIsItsOwn() throws IOException {
        Path cache = Files.createDirectory(folder.resolve("cache"));
        Files.copy(resource("sequences.arrow"), cache.resolve("data-00000-of-00002.arrow"));
        String bytes = Files.readString(resource("sequences.arrow"), StandardCharsets.ISO_8859_1);
        String seven = "\0\0\u00e0@";
        String nine = "\0\0\u0010A";
        assertThat(bytes).containsOnlyOnce(seven);
        Files.writeString(
                cache.resolve("data-00001-of-00002.arrow"), bytes.replace(seven, nine), StandardCharsets.ISO_8859_1);
        Files.writeString(cache.resolve("dataset_info.json"), "{}");
        String state = "{\"_data_files\": [{\"filename\": \"data-00001-of-00002.arrow\"},"
                + " {\"filename\": \"data-00000-of-00002.arrow\"}]}";
        Files.writeString(cache.resolve("state.json"), state);
        float[] all = Arrays.copyOf(SEQUENCES, 2 * SEQUENCES.length);
        System.arraycopy(SEQUENCES, 0, all, SEQUENCES.length, SEQUENCES.length);
        all[16] = 9;

        assertThat(features(cache)).isEqualTo(features(plain(new long[] {6, 2, 4}, all)));

        for (String[] wrong : new String[][] {
            {"[]", "it has no array \"_data_files\"."},
            {"{", "this is no JSON."},
            {"{\"_data_files\": [1]}", "an entry of \"_data_files\" has no \"filename\"."},
            {
                state.replace("00000", "00002"),
                "\"_data_files\" names data-00002-of-00002.arrow, which is not in the folder."
            }
        }) {
            Files.writeString(cache.resolve("state.json"), wrong[0]);
            CommandRun run = sae("eval", cache, "--sae", smallSae);
            assertThat(run.err()).isEqualTo("sae: " + cache.resolve("state.json") + ": " + wrong[1] + "\n");
            assertThat(run.exitCode()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "uneven.arrow|the column \"x\" has a list of 3 in record batch 0, but others of 4; activations are lists of"
                        + " one length.",
                "ragged.arrow|the file holds x F32 in lists of several lengths [2, 3].",
                "missing.arrow|the file holds x F32 with missing values [3, 2].",
                "compressed.arrow|its record batches are compressed, but Arrow is read without compression only."
            })
    void refusesWhatIsNoArray(String name, String sentence) {
        CommandRun run = sae("encode", resource(name), "--sae", smallSae, "--out", folder.resolve("f.npz"));

        assertThat(run.err())
                .startsWith("sae: " + resource(name) + ": ")
                .contains(sentence)
                .hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(folder.resolve("f.npz")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sequences.arrow", "sequences-file.arrow", "fixed.arrow"})
    void damagedFilesAreRefusedOrGiveNumbers(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(resource(name));
        Path damaged = folder.resolve("damaged.arrow");
        for (int at = 0; at < bytes.length; at += 17) {
            byte[] flipped = bytes.clone();
            flipped[at] ^= (byte) 0x95;
            Files.write(damaged, flipped);
            assertOneSentenceOrNone(damaged, "byte " + at);
        }
        for (int length = 0; length < bytes.length; length += 29) {
            Files.write(damaged, Arrays.copyOf(bytes, length));
            assertOneSentenceOrNone(damaged, "length " + length);
        }
    }

    private void assertOneSentenceOrNone(Path damaged, String what) {
        CommandRun run = sae("eval", damaged, "--sae", smallSae, "--allow-non-finite");
        assertThat(run.err()).as(what).doesNotContain("unexpected failure", "not enough memory");
        assertThat(run.err().lines().filter(line -> line.startsWith("sae: ")))
                .as(what)
                .hasSize(run.exitCode());
    }
}
