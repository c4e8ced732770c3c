package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.sae4j.fixtures.KindCase;
import io.github.sae4j.fixtures.ReferenceCase;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code sae eval} gives the metrics as their formulas say, from numbers that SAELens computed. */
class EvalTest {

    @TempDir
    private Path folder;

    static List<ReferenceCase> cases() {
        return ReferenceCase.all();
    }

    @Test
    void negativeFeaturesFire() {
        KindCase signed = KindCase.named("sparsify_signed");
        Path sae = signed.repositoryFolder().resolve(signed.path());

        JsonObject report = json("eval", signed.io(), "--tensor", "x", "--json", "--sae", sae);

        assertThat(report.get("l0").getAsDouble()).isEqualTo(6);
        assertThat(integers(report, "dead_features")).doesNotContain(2).contains(0);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithTheFormulasOverTheReferencesOwnNumbers(ReferenceCase reference) {
        JsonObject report = json(
                "eval",
                reference.folder().resolve("io.safetensors"),
                "--tensor",
                "x",
                "--json",
                "--sae",
                reference.folder());

        float[] features = reference.expected("acts");
        int tokens = report.get("tokens").getAsInt();
        int dSae = features.length / tokens;
        double[] firing = new double[dSae];
        for (int i = 0; i < features.length; i++) {
            firing[i % dSae] += features[i] > 0 ? 1.0 / tokens : 0;
        }
        assertThat(report.get("l0").getAsDouble())
                .isCloseTo(Arrays.stream(firing).sum(), within(1e-9));
        assertThat(integers(report, "dead_features"))
                .containsExactly(
                        IntStream.range(0, dSae).filter(i -> firing[i] == 0).toArray());
        assertThat(integers(report, "dense_features"))
                .containsExactlyInAnyOrder(IntStream.range(0, dSae)
                        .filter(i -> firing[i] > 0.1 + 1e-9)
                        .toArray());

        if (reference.name().contains("transcoder")) {
            assertThat(report.has("explained_variance")).isFalse();
            return;
        }
        float[] x = reference.input();
        float[] y = reference.expected("out");
        int dIn = x.length / tokens;
        double[] mean = new double[dIn];
        for (int i = 0; i < x.length; i++) {
            mean[i % dIn] += (double) x[i] / tokens;
        }
        double errors = 0;
        double deviations = 0;
        double legacy = 0;
        int directed = 0;
        double cosines = 0;
        double ratios = 0;
        double products = 0;
        double outputs = 0;
        for (int token = 0; token < tokens; token++) {
            double error = 0;
            double deviation = 0;
            double xx = 0;
            double yy = 0;
            double xy = 0;
            for (int i = token * dIn; i < (token + 1) * dIn; i++) {
                error += Math.pow((double) x[i] - y[i], 2);
                deviation += Math.pow(x[i] - mean[i % dIn], 2);
                xx += (double) x[i] * x[i];
                yy += (double) y[i] * y[i];
                xy += (double) x[i] * y[i];
            }
            errors += error;
            deviations += deviation;
            legacy += 1 - error / deviation;
            if (xx > 0) {
                directed++;
                cosines += yy == 0 ? 0 : xy / Math.sqrt(xx * yy);
                ratios += Math.sqrt(yy / xx);
            }
            products += xy;
            outputs += yy;
        }
        assertThat(number(report, "explained_variance"))
                .isCloseTo(1 - errors / deviations, near(1 - errors / deviations));
        assertThat(number(report, "mse")).isCloseTo(errors / tokens, near(errors / tokens));
        assertThat(number(report, "mse_per_element")).isCloseTo(errors / x.length, near(errors / x.length));
        assertThat(number(report, "cosine_similarity")).isCloseTo(cosines / directed, near(cosines / directed));
        assertThat(number(report, "l2_ratio")).isCloseTo(ratios / directed, near(ratios / directed));
        assertThat(number(report, "relative_reconstruction_bias"))
                .isCloseTo(outputs / products, near(outputs / products));
        if (!reference.name().startsWith("temporal")) {
            // All tokens are one batch; a temporal SAE takes a sequence at a time.
            assertThat(number(report, "explained_variance_legacy")).isCloseTo(legacy / tokens, near(legacy / tokens));
        }
    }

    private static Offset<Double> near(double expected) {
        return within(1e-4 * Math.max(1e-3, Math.abs(expected)));
    }

    @Test
    void sizeOfBatchesChangesTheLegacyFormOnly() {
        ReferenceCase reference = ReferenceCase.named("standard-f32");
        Object[] command = {
            "eval", reference.folder().resolve("io.safetensors"), "--tensor", "x", "--json", "--sae", reference.folder()
        };
        JsonObject whole = json(command);
        Object[] threes = Arrays.copyOf(command, command.length + 2);
        threes[command.length] = "--batch-tokens";
        threes[command.length + 1] = 3;
        JsonObject parts = json(threes);
        assertThat(parts.remove("explained_variance_legacy")).isNotEqualTo(whole.remove("explained_variance_legacy"));
        assertThat(parts).isEqualTo(whole);
    }

    @Test
    void quantilesAreValuesThatOccur() {
        Path activations = activations(new long[] {4, 4}, 1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0);
        JsonObject report = json("eval", activations, "--sae", SmallSae.write(folder.resolve("sae")), "--json");
        // L0 is 1, 2, 3 and 0; features 0 to 5 fire on 3, 2, 1, 0, 0 and 0 of the four tokens.
        assertThat(report.get("l0").getAsDouble()).isEqualTo(1.5);
        assertThat(report.getAsJsonObject("l0_quantiles").toString())
                .isEqualTo("{\"0.05\":0,\"0.25\":0,\"0.5\":1,\"0.75\":2,\"0.95\":3}");
        assertThat(report.getAsJsonObject("density_quantiles").toString())
                .isEqualTo("{\"0.05\":0.0,\"0.25\":0.0,\"0.5\":0.0,\"0.75\":0.5,\"0.95\":0.75}");
        assertThat(integers(report, "dead_features")).containsExactly(3, 4, 5);
        assertThat(integers(report, "dense_features")).containsExactly(0, 1, 2);
    }

    @Test
    void namesTheWeightsAsAnOutputDoes() {
        Path activations = activations(new long[] {1, 4}, 1, 0, 0, 0);
        Path sae = SmallSae.write(folder.resolve("sae"));
        Path features = folder.resolve("features.safetensors");
        sae("encode", activations, "--sae", sae, "--fold-decoder-norms", "--out", features);
        JsonObject report = json("eval", activations, "--sae", sae, "--fold-decoder-norms", "--json");
        assertThat(List.of("sae_sha256", "sae_options", "source"))
                .allSatisfy(name -> assertThat(report.get(name).getAsString())
                        .isEqualTo(InputFiles.metadataOf(features).get(name)));
    }

    @Test
    void showsATableToPeople() {
        Path activations = activations(new long[] {2, 4}, 3, 0, 0, 4, 0, 0, -2, 0);
        CommandRun run = sae("eval", activations, "--sae", SmallSae.write(folder.resolve("sae")));
        assertThat(run.exitCode()).isZero();
        // Column 2 has no feature for negative numbers, so the second token is lost.
        assertThat(run.out().lines())
                .contains(
                        "activations          x.safetensors, 2 tokens",
                        "L0                   1.0, quantiles 5 %: 0 · 25 %: 0 · 50 %: 0 · 75 %: 2 · 95 %: 2",
                        "dead features        4",
                        "dense features       2: 0 (0.500), 3 (0.500)",
                        "MSE                  2.00e+00, 5.00e-01 per element",
                        "cosine similarity    0.5000",
                        "L2 ratio             0.5000",
                        "reconstruction bias  1.0000");
    }

    @Test
    void leavesUndefinedWhatOneTokenDoesNotDefine() {
        Path activations = activations(new long[] {1, 4}, 0, 0, 0, 0);
        JsonObject report = json("eval", activations, "--sae", SmallSae.write(folder.resolve("sae")), "--json");
        assertThat(report.get("tokens").getAsInt()).isEqualTo(1);
        assertThat(report.get("cosine_similarity").isJsonNull()).isTrue();
        assertThat(report.get("explained_variance").isJsonNull()).isTrue();
        assertThat(integers(report, "dead_features")).hasSize(SmallSae.D_SAE);
    }

    @Test
    void tokensOfZeroHaveNoDirectionToAgreeWith() {
        Path activations = activations(new long[] {2, 4}, 0, 0, 0, 0, 1, 0, 0, 0);
        JsonObject report = json("eval", activations, "--sae", SmallSae.write(folder.resolve("sae")), "--json");
        assertThat(number(report, "cosine_similarity")).isEqualTo(1);
        assertThat(number(report, "l2_ratio")).isEqualTo(1);
    }

    private Path activations(long[] shape, float... values) {
        Path file = folder.resolve("x.safetensors");
        InputFiles.safetensors().floats("x", shape, values).write(file);
        return file;
    }

    @Test
    void reconstructionsThatAreWorseThanTheMeanPointToTheCheck() {
        Path smallSae = SmallSae.write(folder.resolve("sae"));
        Path far = InputFiles.safetensors()
                .floats("x", new long[] {2, 4}, 0, 0, -5, -5, 0, 0, -5, -6)
                .write(folder.resolve("far.safetensors"));
        Path near = InputFiles.safetensors()
                .floats("x", new long[] {2, 4}, 1, 2, 3, 4, 5, 6, 7, 8)
                .write(folder.resolve("near.safetensors"));
        String advice = "An explained variance below 0 means that the mean activation comes closer than the"
                + " reconstructions; sae check says what is probably wrong.";

        assertThat(sae("eval", far, "--sae", smallSae).out()).contains("note").contains(advice);
        assertThat(sae("reconstruct", far, "--sae", smallSae, "--out", folder.resolve("far.npy"))
                        .err())
                .contains("explained variance -")
                .contains(advice);
        assertThat(sae("eval", near, "--sae", smallSae).out()).doesNotContain(advice);
        assertThat(sae("reconstruct", near, "--sae", smallSae, "--out", folder.resolve("near.npy"))
                        .err())
                .doesNotContain(advice);
    }

    private static JsonObject json(Object... arguments) {
        CommandRun run = sae(arguments);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        return JsonParser.parseString(run.out()).getAsJsonObject();
    }

    private static double number(JsonObject report, String name) {
        return report.get(name).getAsDouble();
    }

    private static int[] integers(JsonObject report, String name) {
        return report.getAsJsonArray(name).asList().stream()
                .mapToInt(element -> element.getAsInt())
                .toArray();
    }
}
