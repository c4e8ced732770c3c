package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.sae4j.analysis.check.FitCheck;
import io.github.sae4j.analysis.check.Sample;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import io.github.sae4j.loader.SaesBeside;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sae check} finds what was done to activations that fit before. */
class CheckTest {

    private static final int D_IN = 8;
    private static final int D_SAE = 32;
    private static final int SEQUENCES = 40;
    private static final int LENGTH = 30;

    @TempDir
    private Path folder;

    private Path model;
    private float[] bias;
    private float[] x;

    /** Two features of some strength on each token, of an SAE whose directions are all axes but the last, both ways. */
    @BeforeEach
    void makeModelAndActivations() throws IOException {
        bias = new float[D_IN];
        for (int i = 0; i < D_IN; i++) {
            bias[i] = i % 2 == 0 ? 4 : -6;
        }
        model = model("layer_1", 1);
        x = activations(new Random(5));
    }

    private float[] activations(Random random) {
        float[] made = new float[SEQUENCES * LENGTH * D_IN];
        for (int token = 0; token < SEQUENCES * LENGTH; token++) {
            for (int column = 0; column < D_IN; column++) {
                made[token * D_IN + column] = bias[column] + 0.1f * (float) random.nextGaussian();
            }
            for (int feature = 0; feature < 2; feature++) {
                int column = random.nextInt(D_IN - 1);
                made[token * D_IN + column] += (random.nextBoolean() ? 1 : -1) * (4 + random.nextInt(4));
            }
        }
        return made;
    }

    /** Features fire above 1; those of another layer look along other axes, with another bias. */
    private Path model(String name, int layer) throws IOException {
        float[] encoder = new float[D_IN * D_SAE];
        float[] decoder = new float[D_SAE * D_IN];
        float[] threshold = new float[D_SAE];
        float[] decoderBias = new float[D_IN];
        for (int feature = 0; feature < 2 * D_IN; feature++) {
            int column = feature % D_IN;
            if (column == D_IN - 1) {
                continue;
            }
            float sign = feature < D_IN ? 1 : -1;
            encoder[column * D_SAE + feature] = sign;
            decoder[feature * D_IN + column] = sign;
        }
        for (int i = 0; i < D_IN; i++) {
            decoderBias[i] = layer == 1 ? bias[i] : -3 * bias[i] + i;
        }
        Arrays.fill(threshold, 1);
        Path place = Files.createDirectories(folder.resolve("saes").resolve(name));
        Files.writeString(
                place.resolve("cfg.json"),
                "{\"architecture\": \"jumprelu\", \"d_in\": 8, \"d_sae\": 32, \"dtype\": \"float32\","
                        + " \"apply_b_dec_to_input\": true, \"metadata\": {\"sae_lens_version\": \"6.18.0\","
                        + " \"hook_name\": \"blocks." + layer + ".hook_resid_post\", \"model_name\": \"small\"}}");
        InputFiles.safetensors()
                .floats("W_enc", new long[] {D_IN, D_SAE}, encoder)
                .floats("W_dec", new long[] {D_SAE, D_IN}, decoder)
                .floats("b_enc", new long[] {D_SAE}, new float[D_SAE])
                .floats("threshold", new long[] {D_SAE}, threshold)
                .floats("b_dec", new long[] {D_IN}, decoderBias)
                .write(place.resolve("sae_weights.safetensors"));
        return place;
    }

    private JsonObject check(float[] activations, Object... options) {
        Path input = InputFiles.safetensors()
                .floats("x", new long[] {SEQUENCES, LENGTH, D_IN}, activations)
                .write(folder.resolve("x.safetensors"));
        return checked(input, options);
    }

    private JsonObject checked(Path input, Object... options) {
        Object[] arguments = new Object[5 + options.length];
        System.arraycopy(new Object[] {"check", input, "--sae", model, "--json"}, 0, arguments, 0, 5);
        System.arraycopy(options, 0, arguments, 5, options.length);
        CommandRun run = sae(arguments);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return JsonParser.parseString(run.out()).getAsJsonObject();
    }

    private static String verdict(JsonObject report) {
        return report.get("verdict").getAsString();
    }

    private static JsonObject trial(JsonObject report, String name) {
        for (JsonElement trial : report.getAsJsonArray("trials")) {
            if (trial.getAsJsonObject().get("tried").getAsString().equals(name)) {
                return trial.getAsJsonObject();
            }
        }
        throw new AssertionError(name + " was not tried: " + report);
    }

    @Test
    void saysThatActivationsFit() {
        JsonObject report = check(x);

        assertThat(verdict(report)).startsWith("They fit: the SAE explains ");
        assertThat(report.get("fits").getAsBoolean()).isTrue();
        JsonObject eval = JsonParser.parseString(sae("eval", folder.resolve("x.safetensors"), "--sae", model, "--json")
                        .out())
                .getAsJsonObject();
        // All tokens are among those that were tried.
        assertThat(trial(report, "as they are").get("tokens").getAsInt()).isEqualTo(SEQUENCES * LENGTH);
        assertThat(trial(report, "as they are").get("explained_variance").getAsDouble())
                .isCloseTo(eval.get("explained_variance").getAsDouble(), within(1e-9));
        assertThat(trial(report, "as they are").get("l0").getAsDouble())
                .isEqualTo(eval.get("l0").getAsDouble());
    }

    @Test
    void findsABiasThatWasSubtractedAlready() {
        for (int i = 0; i < x.length; i++) {
            x[i] -= bias[i % D_IN];
        }

        JsonObject report = check(x);

        assertThat(verdict(report))
                .startsWith("Probably b_dec seems to have been subtracted from the activations already");
        assertThat(report.get("fits").getAsBoolean()).isFalse();
    }

    @Test
    void findsFirstTokensThatAreUnlikeTheOthers() {
        for (int sequence = 0; sequence < SEQUENCES; sequence++) {
            x[sequence * LENGTH * D_IN + D_IN - 1] = 40;
        }

        assertThat(verdict(check(x)))
                .startsWith("Probably the first token of each sequence, which is probably BOS")
                .contains("--skip-first 1");
        assertThat(verdict(check(x, "--skip-first", 1))).startsWith("They fit");
    }

    @Test
    void triesFirstTokensOnlyWhereSequencesAreTold() {
        for (int sequence = 0; sequence < SEQUENCES; sequence++) {
            x[sequence * LENGTH * D_IN + D_IN - 1] = 3_000;
        }
        Path flat = InputFiles.safetensors()
                .floats("x", new long[] {SEQUENCES * LENGTH, D_IN}, x)
                .write(folder.resolve("flat.safetensors"));

        assertThat(checked(flat).toString()).contains("--max-norm-multiple 10").doesNotContain("first token");
        assertThat(verdict(checked(flat, "--sequence-length", LENGTH))).contains("--skip-first 1");
    }

    @Test
    void findsTokensWithHugeNorms() {
        for (int token = 7; token < SEQUENCES * LENGTH; token += 100) {
            x[token * D_IN + D_IN - 1] = 400;
        }

        assertThat(verdict(check(x)))
                .startsWith("Probably some tokens have huge norms")
                .contains("--max-norm-multiple 10");
        assertThat(verdict(check(x, "--max-norm-multiple", 10))).startsWith("They fit");
    }

    @Test
    void findsTheNeighbouringLayer() throws IOException {
        Path right = model;
        model = model("layer_2", 2);

        JsonObject report = check(x);

        assertThat(verdict(report)).startsWith("Probably they fit layer_1 better: explained variance 0.9");
        assertThat(right).exists();
    }

    /** Neighbours of another width, and those that cannot be opened, are passed over. */
    @Test
    void aProgramFindsTheNeighbouringLayer() throws IOException {
        model = model("layer_2", 2);
        SmallSae.write(folder.resolve("saes").resolve("layer_3"));
        Files.writeString(
                Files.createDirectory(folder.resolve("saes").resolve("layer_4")).resolve("cfg.json"), "{");
        Path input = InputFiles.safetensors()
                .floats("x", new long[] {SEQUENCES, LENGTH, D_IN}, x)
                .write(folder.resolve("x.safetensors"));

        try (SparseAutoencoder sae = SAE.fromDisk(model);
                Activations activations = Activations.from(input).openFor(sae)) {
            FitCheck check = FitCheck.on(Sample.of(activations), sae, SaesBeside.inFolders(model));

            assertThat(SaesBeside.inFolders(model)).containsOnlyKeys("layer_1", "layer_3", "layer_4");
            assertThat(check.sentence().toString()).startsWith("Probably they fit layer_1 better");
            assertThat(check.trials()).noneMatch(trial -> trial.name().contains("layer_3"));
        }
    }

    @Test
    void findsTheNeighbouringLayerBehindHugeFirstTokens() throws IOException {
        model = model("layer_2", 2);
        for (int sequence = 0; sequence < SEQUENCES; sequence++) {
            x[sequence * LENGTH * D_IN + D_IN - 1] = 3_000;
        }

        JsonObject report = check(x);

        assertThat(verdict(report))
                .startsWith("Probably the first token of each sequence, which is probably BOS")
                .contains(
                        "--skip-first 1; and they fit layer_1 better: explained variance 0.9",
                        ", where the SAE itself comes to ")
                .endsWith(" without the first token of each sequence.");
        assertThat(trial(report, "without the first token of each sequence, with layer_1")
                        .get("explained_variance")
                        .getAsDouble())
                .isGreaterThan(0.9);
        assertThat(report.get("fits").getAsBoolean()).isFalse();
    }

    @Test
    void findsAScaleBehindHugeFirstTokens() throws IOException {
        for (int i = 0; i < x.length; i++) {
            x[i] = (x[i] - bias[i % D_IN]) * 1e-3f;
        }
        for (int i = 0; i < D_IN; i++) {
            bias[i] = 0;
        }
        model = model("layer_1", 1);
        for (int sequence = 0; sequence < SEQUENCES; sequence++) {
            x[sequence * LENGTH * D_IN + D_IN - 1] = 10;
        }

        assertThat(verdict(check(x)))
                .startsWith("Probably the first token of each sequence, which is probably BOS")
                .contains("--skip-first 1; and the SAE seems to be trained on ");
    }

    @Test
    void putsNothingRightThatDoesNotHelp() {
        for (int sequence = 0; sequence < SEQUENCES; sequence++) {
            x[sequence * LENGTH * D_IN + D_IN - 1] = 3_000;
        }

        assertThat(verdict(check(x)))
                .startsWith("Probably the first token of each sequence")
                .doesNotContain("; and ", "where the SAE itself");
    }

    @Test
    void saysThatTheyAreOfSomethingElse() {
        Random random = new Random(2);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian() * 0.01f;
        }

        assertThat(verdict(check(x))).contains("probably of another model, layer or hook");
    }

    @Test
    void printsATableForPeople() {
        check(x);

        CommandRun run = sae("check", folder.resolve("x.safetensors"), "--sae", model);

        assertThat(run.out().lines().findFirst())
                .hasValueSatisfying(
                        line -> assertThat(line).matches("tried +explained variance +L0 +agreement +tokens"));
        assertThat(run.out()).contains("\nThey fit: ");
    }

    @Test
    void refusesWhatItCannotTell() {
        ReferenceCase transcoder = ReferenceCase.all().stream()
                .filter(one -> one.name().contains("transcoder"))
                .findFirst()
                .orElseThrow();
        ReferenceCase temporal = ReferenceCase.named("temporal-f32");

        for (ReferenceCase reference : new ReferenceCase[] {transcoder, temporal}) {
            CommandRun run = sae(
                    "check",
                    reference.folder().resolve("io.safetensors"),
                    "--tensor",
                    "x",
                    "--sae",
                    reference.folder());
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).hasLineCount(1).contains("Whether activations fit is ");
        }
    }
}
