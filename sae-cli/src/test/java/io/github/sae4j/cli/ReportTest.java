package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.namesIn;
import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.sae4j.fixtures.ReferenceCase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code sae report}: its numbers are those of the other commands, and a real browser shows them. */
class ReportTest {

    private static final int SEQUENCES = 8;
    private static final int LENGTH = 64;
    private static final String[] WORDS = {
        " the",
        " model",
        " reads",
        " a",
        " sentence",
        " and",
        " its",
        " features",
        " fire",
        " on",
        " words",
        ",",
        ".",
        " of",
        " names",
        " in",
        " dates",
        " that",
        " it",
        " knows"
    };

    /** They would break a page that took them for HTML. */
    private static final String[] HOSTILE = {
        "</script><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<!--",
        "&amp;",
        "\n",
        "@script@",
        " dates"
    };

    @TempDir
    private Path folder;

    /** Returns what a page carries. */
    private static JsonObject data(Path page) {
        String html = read(page);
        String opening = "<script id=\"data\" type=\"application/json\">";
        int from = html.indexOf(opening) + opening.length();
        return JsonParser.parseString(html.substring(from, html.indexOf("</script>", from)))
                .getAsJsonObject();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonObject json(Object... arguments) {
        CommandRun run = sae(arguments);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return JsonParser.parseString(run.out()).getAsJsonObject();
    }

    private static void make(Object... arguments) {
        CommandRun run = sae(arguments);
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"standard-bf16", "jumprelu", "topk", "transcoder", "temporal"})
    void carriesTheNumbersOfEvalAndFeatures(String part) {
        ReferenceCase reference = ReferenceCase.all().stream()
                .filter(one -> one.name().contains(part))
                .findFirst()
                .orElseThrow();
        Path input = reference.folder().resolve("io.safetensors");
        Path page = folder.resolve("report.html");

        make("report", input, "--tensor", "x", "--sae", reference.folder(), "--top", 6, "--out", page);

        JsonObject data = data(page);
        JsonObject eval = json("eval", input, "--tensor", "x", "--sae", reference.folder(), "--json");
        JsonObject features =
                json("features", input, "--tensor", "x", "--sae", reference.folder(), "--top", 6, "--json");
        assertThat(data.get("tokens")).isEqualTo(eval.get("tokens"));
        assertThat(data.get("cards")).isEqualTo(features.get("features"));
        assertThat(deadIn(data)).isEqualTo(numbers(eval.getAsJsonArray("dead_features")));
        double l0 = 0;
        long tokens = 0;
        for (JsonElement bin : data.getAsJsonArray("l0")) {
            long count = bin.getAsJsonArray().get(1).getAsLong();
            l0 += bin.getAsJsonArray().get(0).getAsDouble() * count;
            tokens += count;
        }
        assertThat(tokens).isEqualTo(eval.get("tokens").getAsLong());
        assertThat(l0 / tokens).isEqualTo(eval.get("l0").getAsDouble());
        assertThat(data.getAsJsonArray("facts").toString())
                .contains(eval.get("sae_sha256").getAsString());
        if (eval.has("explained_variance")) {
            assertThat(data.getAsJsonArray("measures").toString())
                    .contains(String.format(
                            "%.4f, legacy", eval.get("explained_variance").getAsDouble()));
        }
        assertNorms(data, reference.input(), tokens);
    }

    private static void assertNorms(JsonObject data, float[] x, long tokens) {
        int width = (int) (x.length / tokens);
        List<Double> norms = new ArrayList<>();
        for (int token = 0; token < tokens; token++) {
            double squares = 0;
            for (int i = token * width; i < (token + 1) * width; i++) {
                squares += (double) x[i] * x[i];
            }
            norms.add(Math.sqrt(squares));
        }
        long binned = 0;
        for (JsonElement bin : data.getAsJsonArray("norms")) {
            double from = bin.getAsJsonArray().get(0).getAsDouble();
            double to = bin.getAsJsonArray().get(1).getAsDouble();
            long count = bin.getAsJsonArray().get(2).getAsLong();
            assertThat(norms.stream().filter(norm -> norm >= from && norm < to)).hasSize((int) count);
            binned += count;
        }
        assertThat(binned).isEqualTo(norms.stream().filter(norm -> norm > 0).count());
    }

    private static List<Integer> deadIn(JsonObject data) {
        return IntStream.range(0, data.getAsJsonArray("count").size())
                .filter(feature -> data.getAsJsonArray("count").get(feature).getAsLong() == 0)
                .boxed()
                .toList();
    }

    private static List<Integer> numbers(Iterable<JsonElement> array) {
        List<Integer> numbers = new ArrayList<>();
        array.forEach(number -> numbers.add(number.getAsInt()));
        return numbers;
    }

    /** Returns a page of the demo with these texts. */
    private Path page(String... words) {
        Path demo = folder.resolve("demo");
        make("demo", "--keep", demo);
        Random random = new Random(7);
        List<String> lines = IntStream.range(0, SEQUENCES)
                .mapToObj(sequence -> new Gson()
                        .toJson(IntStream.range(0, LENGTH)
                                .mapToObj(token -> words[random.nextInt(words.length)])
                                .toList()))
                .toList();
        Path tokens = InputFiles.write(
                folder.resolve("tokens.jsonl"), (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        Path page = folder.resolve("report.html");
        make(
                "report",
                demo.resolve("activations.safetensors"),
                "--sae",
                "demo",
                "--tokens",
                tokens,
                "--top",
                "12",
                "--examples",
                "5",
                "--out",
                page);
        return page;
    }

    private Chromium browser() {
        assumeTrue(Chromium.program().isPresent(), "no Chromium on this machine");
        try {
            return Chromium.start(Files.createDirectory(folder.resolve("profile")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the pictures go; {@code -Dsae.screenshots=docs/images} renews those of the manual. */
    private static Path screenshot(String name) {
        return Path.of(System.getProperty("sae.screenshots", "target/screenshots"), name);
    }

    @ParameterizedTest
    @CsvSource({"1280, 1200, false, report-wide", "390, 1200, false, report-narrow", "1280, 1200, true, report-dark"})
    void aBrowserShowsItWithoutTheNetwork(int width, int height, boolean dark, String picture) {
        try (Chromium browser = browser()) {
            Path page = page(WORDS);

            browser.open(page, width, height, dark);

            assertThat(browser.complaints()).isEmpty();
            assertThat(browser.requests()).containsExactly(page.toUri().toString());
            assertThat(browser.evaluate("document.querySelectorAll('#table tbody tr').length")
                            .getAsInt())
                    .isEqualTo(50);
            assertThat(browser.evaluate("document.querySelectorAll('article').length")
                            .getAsInt())
                    .isEqualTo(12);
            assertThat(browser.evaluate("document.querySelectorAll('.plots canvas').length")
                            .getAsInt())
                    .isEqualTo(3);
            assertThat(browser.evaluate("document.documentElement.scrollWidth").getAsInt())
                    .as("nothing is wider than the screen")
                    .isLessThanOrEqualTo(width);
            assertThat(browser.evaluate("getComputedStyle(document.body).backgroundColor")
                            .getAsString())
                    .isEqualTo(dark ? "rgb(20, 23, 28)" : "rgb(255, 255, 255)");
            JsonObject strongest = data(page)
                    .getAsJsonArray("cards")
                    .get(0)
                    .getAsJsonObject()
                    .getAsJsonArray("examples")
                    .get(0)
                    .getAsJsonObject();
            assertThat(browser.evaluate("document.querySelector('article mark').textContent")
                            .getAsString())
                    .isEqualTo(strongest.get("text").getAsString());
            assertThat(browser.screenshot(screenshot(picture + ".png"))).isNotEmptyFile();
            browser.evaluate("document.getElementById('cards-title').scrollIntoView()");
            browser.settle();
            assertThat(browser.evaluate("document.querySelectorAll('article canvas').length")
                            .getAsInt())
                    .as("plots of the cards in sight")
                    .isPositive();
            assertThat(browser.screenshot(screenshot(picture + "-cards.png"))).isNotEmptyFile();
        }
    }

    @Test
    void isUsedByKeyboard() {
        try (Chromium browser = browser()) {
            Path page = page(HOSTILE);
            browser.open(page, 1280, 900, false);
            JsonObject data = data(page);

            browser.press("Tab", 9, "");
            assertThat(focused(browser)).isEqualTo("Skip to the features");
            browser.press("Enter", 13, "\r");
            browser.press("Tab", 9, "");
            assertThat(browser.evaluate("document.activeElement.id").getAsString())
                    .isEqualTo("search");

            browser.type("321");
            browser.settle();
            assertThat(browser.evaluate("document.querySelector('#table tbody td').textContent")
                            .getAsString())
                    .isEqualTo("321");
            browser.evaluate("document.getElementById('search').select()");
            browser.type("dates");
            browser.settle();
            long found = IntStream.range(0, data.getAsJsonArray("strongest").size())
                    .filter(feature -> data.getAsJsonArray("strongest")
                            .get(feature)
                            .getAsString()
                            .contains("dates"))
                    .count();
            assertThat(browser.evaluate("document.getElementById('found').textContent")
                            .getAsString())
                    .isEqualTo(found + " of 512 features");

            browser.evaluate("document.getElementById('search').select()");
            browser.press("Delete", 46, "");
            for (int tabs = 0; tabs < 2; tabs++) {
                browser.press("Tab", 9, "");
            }
            assertThat(focused(browser)).isEqualTo("feature");
            browser.press("Enter", 13, "\r");
            browser.settle();
            assertThat(browser.evaluate("document.querySelector('#table th').getAttribute('aria-sort')")
                            .getAsString())
                    .isEqualTo("ascending");
            int firstAlive = IntStream.range(0, 512)
                    .filter(feature -> data.getAsJsonArray("count").get(feature).getAsLong() > 0)
                    .findFirst()
                    .orElseThrow();
            assertThat(browser.evaluate("document.querySelector('#table tbody td').textContent")
                            .getAsString())
                    .isEqualTo(String.valueOf(firstAlive));
            assertThat(browser.complaints()).isEmpty();
            assertThat(browser.requests()).containsExactly(page.toUri().toString());
            List<String> shown = new ArrayList<>();
            data.getAsJsonArray("cards")
                    .forEach(card -> card.getAsJsonObject()
                            .getAsJsonArray("examples")
                            .forEach(example -> shown.add(
                                    example.getAsJsonObject().get("text").getAsString())));
            assertThat(browser.evaluate(
                                    "JSON.stringify([...document.querySelectorAll('mark')].map(m => m.textContent))")
                            .getAsString())
                    .isEqualTo(new GsonBuilder().disableHtmlEscaping().create().toJson(shown));
        }
    }

    private static String focused(Chromium browser) {
        return browser.evaluate("document.activeElement.textContent").getAsString();
    }

    @Test
    void neitherReplacesAFileNorReadsStandardInput() throws IOException {
        Path input = InputFiles.safetensors()
                .floats("x", new long[] {1, 4}, 1, 2, 3, 4)
                .write(folder.resolve("x.safetensors"));
        Path model = SmallSae.write(folder.resolve("sae"));
        Path page = Files.writeString(folder.resolve("report.html"), "mine");

        assertThat(sae("report", input, "--sae", model, "--out", page).err())
                .isEqualTo("sae: " + page + ": this file exists already; --force replaces it.\n");
        assertThat(page).hasContent("mine");
        assertThat(sae("report", "-", "--sae", model, "--out", folder.resolve("new.html"))
                        .err())
                .startsWith("sae: a report reads the activations twice, but standard input comes once");
        assertThat(sae("report", input, "--sae", model, "--out", page, "--force")
                        .exitCode())
                .isZero();
        assertThat(data(page).get("tokens").getAsInt()).isEqualTo(1);
        assertThat(namesIn(folder)).containsExactly("report.html", "sae", "x.safetensors");
    }

    @Test
    void carriesTheLicenceOfWhatItCarries() {
        Path input = InputFiles.safetensors()
                .floats("x", new long[] {1, 4}, 1, 2, 3, 4)
                .write(folder.resolve("x.safetensors"));
        Path page = folder.resolve("report.html");

        make("report", input, "--sae", SmallSae.write(folder.resolve("sae")), "--out", page);

        assertThat(read(page)).contains("The MIT License (MIT)", "Leon Sorokin").doesNotContain("@uplot", "src=\"");
    }
}
