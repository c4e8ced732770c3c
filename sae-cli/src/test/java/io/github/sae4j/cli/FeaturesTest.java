package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code sae features} says what a plain count over SAELens's own features says. */
class FeaturesTest {

    private static final int EXAMPLES = 4;

    @TempDir
    private Path folder;

    static List<ReferenceCase> cases() {
        return ReferenceCase.all();
    }

    /** The features of a case as SAELens computed them, {@code [tokens][d_sae]}. */
    private static float[][] dense(ReferenceCase reference) {
        float[] all = reference.expected("acts");
        int dSae = (int) reference.expectedTensor("acts")
                .shape()[reference.expectedTensor("acts").shape().length - 1];
        return IntStream.range(0, all.length / dSae)
                .mapToObj(token -> Arrays.copyOfRange(all, token * dSae, (token + 1) * dSae))
                .toArray(float[][]::new);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void countsAsAPlainLoopDoes(ReferenceCase reference) {
        float[][] dense = dense(reference);
        int tokens = dense.length;
        int dSae = dense[0].length;
        String named = IntStream.range(0, dSae)
                .mapToObj(String::valueOf)
                .reduce((a, b) -> a + "," + b)
                .orElseThrow();

        JsonObject report = json(
                "features",
                reference.folder().resolve("io.safetensors"),
                "--tensor",
                "x",
                "--sae",
                reference.folder(),
                "--feature",
                named,
                "--examples",
                EXAMPLES,
                "--batch-tokens",
                3,
                "--json");

        assertThat(report.get("tokens").getAsInt()).isEqualTo(tokens);
        assertThat(report.get("l0").getAsDouble()).isEqualTo((double) active(dense) / tokens);
        assertThat(report.getAsJsonArray("features")).hasSize(dSae);
        for (int feature = 0; feature < dSae; feature++) {
            JsonObject found = report.getAsJsonArray("features").get(feature).getAsJsonObject();
            int at = feature;
            int[] firing = IntStream.range(0, tokens)
                    .filter(token -> dense[token][at] > 0)
                    .toArray();
            assertThat(found.get("feature").getAsInt()).isEqualTo(feature);
            assertThat(found.get("tokens").getAsInt()).isEqualTo(firing.length);
            assertThat(found.get("density").getAsDouble()).isEqualTo((double) firing.length / tokens);
            double max = Arrays.stream(firing)
                    .mapToDouble(token -> dense[token][at])
                    .max()
                    .orElse(0);
            assertThat(found.get("max").getAsDouble()).isCloseTo(max, within(1e-4 * (1 + max)));
            assertThat(sum(found.getAsJsonObject("histogram").getAsJsonArray("counts")))
                    .isEqualTo(firing.length);
            assertExamples(found.getAsJsonArray("examples"), dense, feature, firing);
            assertCoFirings(found.getAsJsonArray("co_firing"), dense, feature, firing);
        }
    }

    private static long active(float[][] dense) {
        long active = 0;
        for (float[] token : dense) {
            for (float value : token) {
                active += value == 0 ? 0 : 1;
            }
        }
        return active;
    }

    private static long sum(JsonArray counts) {
        long sum = 0;
        for (JsonElement count : counts) {
            sum += count.getAsLong();
        }
        return sum;
    }

    private static void assertExamples(JsonArray examples, float[][] dense, int feature, int[] firing) {
        double[] strongest = Arrays.stream(firing)
                .mapToDouble(token -> -dense[token][feature])
                .sorted()
                .limit(EXAMPLES)
                .map(value -> -value)
                .toArray();
        assertThat(examples).hasSize(strongest.length);
        for (int i = 0; i < strongest.length; i++) {
            JsonObject example = examples.get(i).getAsJsonObject();
            float there = dense[example.get("token").getAsInt()][feature];
            assertThat(example.get("value").getAsDouble())
                    .isCloseTo(strongest[i], within(1e-4 * (1 + strongest[i])))
                    .isCloseTo(there, within(1e-4 * (1 + there)));
        }
    }

    private static void assertCoFirings(JsonArray pairs, float[][] dense, int feature, int[] firing) {
        int n = dense.length;
        List<Double> phis = new ArrayList<>();
        for (int other = 0; other < dense[0].length; other++) {
            double b = 0;
            double both = 0;
            for (float[] token : dense) {
                b += token[other] > 0 ? 1 : 0;
                both += token[other] > 0 && token[feature] > 0 ? 1 : 0;
            }
            double phi = (n * both - firing.length * b) / Math.sqrt(firing.length * b * (n - firing.length) * (n - b));
            if (other != feature && phi > 0) {
                phis.add(phi);
            }
            for (JsonElement pair : pairs) {
                if (pair.getAsJsonObject().get("feature").getAsInt() == other) {
                    assertThat(other).isNotEqualTo(feature);
                    assertThat(pair.getAsJsonObject().get("tokens").getAsDouble())
                            .isEqualTo(both);
                    assertThat(pair.getAsJsonObject().get("phi").getAsDouble()).isCloseTo(phi, within(1e-12));
                    assertThat(pair.getAsJsonObject().get("jaccard").getAsDouble())
                            .isCloseTo(both / (firing.length + b - both), within(1e-12));
                }
            }
        }
        phis.sort(Comparator.reverseOrder());
        assertThat(pairs).hasSize(Math.min(5, phis.size()));
        for (int i = 0; i < pairs.size(); i++) {
            assertThat(pairs.get(i).getAsJsonObject().get("phi").getAsDouble()).isCloseTo(phis.get(i), within(1e-12));
        }
    }

    @ParameterizedTest
    @CsvSource({"standard-bf16", "standard-f32", "legacy-topk-activation-fn"})
    void neighboursHaveTheLargestCosines(String name) {
        ReferenceCase reference = ReferenceCase.named(name);
        float[][] rows = decoder(reference);

        JsonArray neighbours = json(
                        "features",
                        reference.folder().resolve("io.safetensors"),
                        "--tensor",
                        "x",
                        "--sae",
                        reference.folder(),
                        "--feature",
                        "7",
                        "--json")
                .getAsJsonArray("features")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("neighbours");

        List<Integer> byCosine = IntStream.range(0, rows.length)
                .filter(other -> other != 7)
                .boxed()
                .sorted(Comparator.comparing(other -> -cosine(rows[7], rows[other])))
                .toList();
        assertThat(neighbours).hasSize(5);
        for (int i = 0; i < 5; i++) {
            JsonObject neighbour = neighbours.get(i).getAsJsonObject();
            assertThat(neighbour.get("feature").getAsInt()).isEqualTo(byCosine.get(i));
            assertThat(neighbour.get("cosine").getAsDouble())
                    .isCloseTo(cosine(rows[7], rows[byCosine.get(i)]), within(1e-12));
        }
    }

    private static float[][] decoder(ReferenceCase reference) {
        try (SparseAutoencoder sae = SAE.from(reference.folder()).open()) {
            WeightMatrix matrix = sae.parts().decoder().orElseThrow();
            float[][] rows = new float[(int) matrix.rows()][(int) matrix.columns()];
            for (int row = 0; row < rows.length; row++) {
                for (int column = 0; column < rows[row].length; column++) {
                    rows[row][column] = matrix.get(row, column);
                }
            }
            return rows;
        }
    }

    private static double cosine(float[] one, float[] other) {
        double product = 0;
        double ones = 0;
        double others = 0;
        for (int i = 0; i < one.length; i++) {
            product += (double) one[i] * other[i];
            ones += (double) one[i] * one[i];
            others += (double) other[i] * other[i];
        }
        return product / Math.sqrt(ones * others);
    }

    /** Features 0 to 3 of the small SAE are the positive numbers of its four columns, 4 and 5 the negative ones of two. */
    private Path twoSequences() {
        float[] numbers = {1, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 2, 5, 0, 0, 0, 0, 0, 0, -1, 3, 0, 0};
        return InputFiles.safetensors()
                .floats("x", new long[] {2, 3, 4}, numbers)
                .write(folder.resolve("x.safetensors"));
    }

    private Path tokens(String... lines) {
        return InputFiles.write(
                folder.resolve("tokens.jsonl"), (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void showsPeopleWhereAFeatureFires() {
        Path tokens = tokens("[\"<s>\", \" the\", \" cat\"]", "{\"id\": 2, \"tokens\": [\"<s>\", \"\\n\", \" sat\"]}");

        CommandRun run = sae(
                "features",
                twoSequences(),
                "--sae",
                SmallSae.write(folder.resolve("sae")),
                "--feature",
                "0,3",
                "--examples",
                "2",
                "--tokens",
                tokens);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out().lines())
                .containsExactly(
                        "L0              1.2, of 6 tokens",
                        "feature 0",
                        "  density       0.50000, 3 of 6 tokens",
                        "  max           2.000",
                        "  histogram     0 |                ▄               █| 2.063",
                        "  fires with    no other beyond chance",
                        "  neighbours    1 (cosine 0.000), 2 (cosine 0.000), 3 (cosine 0.000), 5 (cosine 0.000), 4 (cosine -1.000)",
                        "  2.000         " + folder.resolve("x.safetensors") + ", row 0, position 1",
                        "                <s>« the» cat",
                        "  2.000         " + folder.resolve("x.safetensors") + ", row 1, position 0",
                        "                «<s>»↵ sat",
                        "",
                        "feature 3",
                        "  density       0.00000, 0 of 6 tokens");
    }

    @Test
    void theFirstFeaturesAreThoseOfTheLargestValueOrDensity() {
        Path sae = SmallSae.write(folder.resolve("sae"));

        // Feature 1 reaches 5 and fires three times, as feature 0 does, which reaches 2; feature 4 fires once.
        assertThat(chosen(json("features", twoSequences(), "--sae", sae, "--top", 2, "--json")))
                .containsExactly(1, 0);
        assertThat(chosen(json("features", twoSequences(), "--sae", sae, "--top", 2, "--by", "density", "--json")))
                .containsExactly(0, 1);
        assertThat(chosen(json("features", twoSequences(), "--sae", sae, "--top", 9, "--json")))
                .containsExactly(1, 0, 4);
    }

    private static List<Integer> chosen(JsonObject report) {
        return report.getAsJsonArray("features").asList().stream()
                .map(feature -> feature.getAsJsonObject().get("feature").getAsInt())
                .toList();
    }

    @Test
    void skippedTokensCountNowhere() {
        JsonObject feature = json(
                        "features",
                        twoSequences(),
                        "--sae",
                        SmallSae.write(folder.resolve("sae")),
                        "--feature",
                        "0",
                        "--skip-first",
                        1,
                        "--json")
                .getAsJsonArray("features")
                .get(0)
                .getAsJsonObject();

        assertThat(feature.get("tokens").getAsInt()).isEqualTo(1);
        assertThat(feature.get("density").getAsDouble()).isEqualTo(0.25);
        JsonObject example = feature.getAsJsonArray("examples").get(0).getAsJsonObject();
        assertThat(example.get("row").getAsInt()).isZero();
        assertThat(example.get("position").getAsInt()).isEqualTo(1);
        assertThat(example.get("token").getAsInt()).isEqualTo(1);
    }

    @Test
    void tokensOfSeveralFilesHaveTheirPlaces() {
        InputFiles.safetensors()
                .floats("x", new long[] {2, 4}, 1, 0, 0, 0, 2, 0, 0, 0)
                .write(folder.resolve("a-2.safetensors"));
        InputFiles.safetensors().floats("x", new long[] {1, 4}, 3, 0, 0, 0).write(folder.resolve("a-10.safetensors"));

        JsonArray examples = json(
                        "features",
                        folder + "/a-*.safetensors",
                        "--sae",
                        SmallSae.write(folder.resolve("sae")),
                        "--feature",
                        "0",
                        "--json")
                .getAsJsonArray("features")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("examples");

        assertThat(examples.get(0).getAsJsonObject().get("file").getAsString())
                .isEqualTo(folder.resolve("a-10.safetensors").toString());
        assertThat(examples.get(0).getAsJsonObject().get("position").getAsInt()).isZero();
        assertThat(examples.get(1).getAsJsonObject().get("file").getAsString())
                .isEqualTo(folder.resolve("a-2.safetensors").toString());
        assertThat(examples.get(1).getAsJsonObject().get("position").getAsInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--feature 6|1|There is no feature 6: d_sae is 6.",
                "--feature -1|1|There is no feature -1: d_sae is 6.",
                "--feature 0 --top 3|2|mutually exclusive",
                "--top 0|2|a whole number from 1",
                "--top 257|2|at most 256 features can be shown, not 257",
                "--top 1 --by beauty|2|it must be max or density, but is beauty",
                "--json|2|--feature"
            })
    void choicesThatCannotBe(String options, int exitCode, String sentence) {
        List<Object> arguments =
                new ArrayList<>(List.of("features", twoSequences(), "--sae", SmallSae.write(folder.resolve("sae"))));
        arguments.addAll(List.of(options.split(" ", -1)));

        CommandRun run = sae(arguments.toArray());

        assertThat(run.err()).startsWith("sae: ").contains(sentence).hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }

    @Test
    void standardInputComesOnce() {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(new byte[0]));
        try {
            CommandRun run = sae("features", "-", "--sae", SmallSae.write(folder.resolve("sae")), "--top", 1);
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("--top reads the activations twice");
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void infiniteValuesAreNullInJson() {
        Path in = InputFiles.safetensors()
                .floats("x", new long[] {1, 4}, Float.POSITIVE_INFINITY, 0, 0, 0)
                .write(folder.resolve("x.safetensors"));

        JsonObject feature = json(
                        "features",
                        in,
                        "--sae",
                        SmallSae.write(folder.resolve("sae")),
                        "--feature",
                        "0",
                        "--allow-non-finite",
                        "--json")
                .getAsJsonArray("features")
                .get(0)
                .getAsJsonObject();

        assertThat(feature.get("max").isJsonNull()).isTrue();
        assertThat(feature.get("tokens").getAsInt()).isEqualTo(1);
    }

    private static JsonObject json(Object... arguments) {
        CommandRun run = sae(arguments);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return JsonParser.parseString(run.out()).getAsJsonObject();
    }
}
