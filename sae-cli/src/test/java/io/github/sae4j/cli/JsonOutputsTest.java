package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.github.sae4j.analysis.check.FitCheck;
import io.github.sae4j.analysis.check.Sample;
import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.report.JsonReport;
import io.github.sae4j.analysis.survey.Survey;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is printed for programs is JSON as any program reads it, whatever the numbers are. */
class JsonOutputsTest {

    @TempDir
    private Path folder;

    private Path smallSae;
    private Path notFinite;

    @BeforeEach
    void makeFiles() {
        smallSae = SmallSae.write(folder.resolve("small"));
        float infinite = Float.POSITIVE_INFINITY;
        notFinite = InputFiles.safetensors()
                .floats("x", new long[] {4, 4}, 1, 2, 3, 4, 5, 6, Float.NaN, 8, infinite, 1, 2, 3, 1, -infinite, 0, 0)
                .write(folder.resolve("in.safetensors"));
    }

    /** A reader as strict as JSON is. */
    private static void assertJson(String text) {
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            while (reader.peek() != JsonToken.END_DOCUMENT) {
                switch (reader.peek()) {
                    case BEGIN_OBJECT -> reader.beginObject();
                    case END_OBJECT -> reader.endObject();
                    case BEGIN_ARRAY -> reader.beginArray();
                    case END_ARRAY -> reader.endArray();
                    case NAME -> assertThat(reader.nextName()).isNotNull();
                    case NUMBER -> assertThat(reader.nextDouble()).isFinite();
                    default -> reader.skipValue();
                }
            }
        } catch (IOException e) {
            throw new AssertionError("This is no JSON: " + text, e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "eval IN --sae SAE --allow-non-finite --json",
                "features IN --sae SAE --allow-non-finite --top 4 --json",
                "check IN --sae SAE --allow-non-finite --json",
                "bench --d-in 8 --d-sae 16 --tokens 1 --seconds 0.001 --json",
                "doctor --offline --json",
                "info SAE --json",
                "list --json",
                "list gemma layer=3 --json"
            })
    void everyCommandPrintsJson(String command) {
        CommandRun run = run(command);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertJson(run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"eval", "features", "check"})
    void aProgramWritesTheSame(String command) {
        String options = command.equals("features") ? " --feature 0,2" : "";
        String printed = run(command + " IN --sae SAE --allow-non-finite --rows 0:3 --json" + options)
                .out()
                .strip();
        String version = JsonParser.parseString(printed)
                .getAsJsonObject()
                .get("sae4j_version")
                .getAsString();

        try (SparseAutoencoder sae = SAE.from(smallSae).allowNonFinite(true).open();
                Activations activations = Activations.from(notFinite)
                        .tokens(0, 3)
                        .allowNonFinite(true)
                        .openFor(sae)) {
            JsonReport report = JsonReport.about(sae, activations).withVersion(version);
            String written = switch (command) {
                case "eval" -> report.of(Evaluation.of(activations, sae, 512));
                case "features" -> report.of(Survey.of(sae).named(List.of(0, 2), activations));
                default -> report.of(FitCheck.on(Sample.of(activations), sae));
            };
            assertThat(written).isEqualTo(printed);
        }
    }

    @Test
    void everyLineIsJson() {
        CommandRun run = run("encode IN --sae SAE --allow-non-finite --out - --metadata");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).hasLineCount(5);
        run.out().lines().forEach(JsonOutputsTest::assertJson);
        assertThat(run.out()).contains("null");
    }

    @Test
    void aReportHoldsJson() throws IOException {
        Path page = folder.resolve("report.html");

        CommandRun run = run("report IN --sae SAE --allow-non-finite --out " + page);

        assertThat(run.exitCode()).as(run.err()).isZero();
        String html = Files.readString(page);
        String start = "<script id=\"data\" type=\"application/json\">";
        assertThat(html).contains(start);
        int from = html.indexOf(start) + start.length();
        assertJson(html.substring(from, html.indexOf("</script>", from)));
    }

    private CommandRun run(String command) {
        return sae(Arrays.stream(command.split(" ", -1))
                .map(word -> word.equals("IN") ? notFinite.toString() : word.equals("SAE") ? smallSae.toString() : word)
                .toArray());
    }

    @Test
    void listHasReleasesOrSaes() {
        JsonArray releases = JsonParser.parseString(run("list --json").out()).getAsJsonArray();
        JsonArray saes = JsonParser.parseString(run("list gemma-scope-2b-pt-res-canonical layer=12 width=16k --json")
                        .out())
                .getAsJsonArray();

        assertThat(releases).hasSameSizeAs(SAE.releases());
        assertThat(releases.get(0).getAsJsonObject().keySet())
                .containsExactly("release", "saes", "model", "repository", "format");
        assertThat(saes).hasSize(1);
        JsonObject sae = saes.get(0).getAsJsonObject();
        assertThat(sae.keySet())
                .containsExactly(
                        "sae",
                        "release",
                        "id",
                        "model",
                        "layer",
                        "width",
                        "l0",
                        "repository",
                        "folder",
                        "neuronpedia_id");
        assertThat(sae.get("sae").getAsString())
                .isEqualTo("gemma-scope-2b-pt-res-canonical:layer_12/width_16k/canonical");
        assertThat(sae.get("l0").getAsDouble()).isEqualTo(82);
        assertThat(sae.get("layer").getAsInt()).isEqualTo(12);
        assertThat(sae.get("neuronpedia_id").getAsString()).isEqualTo("gemma-2-2b/12-gemmascope-res-16k");
    }

    @Test
    void listWithoutAnythingFoundFails() {
        CommandRun run = run("list nothing-of-this-name --json");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void infoHasWhatItTellsPeople() {
        Path place = ReferenceCase.named("standard-bf16").folder();

        CommandRun run = sae("info", place, "--json", "--norm-scaling-factor", 2);

        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonObject object = JsonParser.parseString(run.out()).getAsJsonObject();
        assertThat(object.get("sae").getAsString()).isEqualTo(place.toString());
        assertThat(object.get("sae_options").getAsString()).isEqualTo("--norm-scaling-factor 2.0");
        assertThat(object.get("architecture").getAsString()).isEqualTo("standard");
        assertThat(List.of(object.get("d_in"), object.get("d_sae"), object.get("d_out")))
                .extracting(JsonElement::getAsInt)
                .containsExactly(32, 128, 32);
        assertThat(object.get("dtype").getAsString()).isEqualTo("bfloat16");
        assertThat(object.get("norm_scaling_factor").getAsDouble()).isEqualTo(2);
        assertThat(object.get("hook_name").getAsString()).isEqualTo("blocks.19.hook_resid_post");
        assertThat(object.getAsJsonObject("decoder_norms").keySet()).containsExactly("min", "median", "max");
        assertThat(object.getAsJsonArray("files")).hasSize(2);
        assertThat(object.get("commit").isJsonNull()).isTrue();
        assertThat(object.get("device").getAsString()).isEqualTo("cpu");
        JsonObject vectors = object.getAsJsonObject("vectors");
        assertThat(vectors.getAsJsonObject("flat_panel").get("features").getAsInt())
                .isPositive();
    }
}
