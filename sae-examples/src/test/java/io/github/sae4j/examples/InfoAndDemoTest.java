package io.github.sae4j.examples;

import static io.github.sae4j.examples.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.ReferenceCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a newcomer runs first. */
class InfoAndDemoTest {

    private static final Pattern RECALL = Pattern.compile("recall ([0-9.]+)");
    private static final Pattern PRECISION = Pattern.compile("precision ([0-9.]+)");
    private static final Pattern EXPLAINED = Pattern.compile("explained variance ([0-9.]+)");

    @TempDir
    private Path folder;

    @Test
    void infoNamesAxesAndOrigin() {
        CommandRun run = sae("info", ReferenceCase.named("standard-bf16").folder());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .containsPattern("W_enc +\\[d_in 32 × d_sae 128\\]")
                .containsPattern("W_dec +\\[d_sae 128 × d_out 32\\]")
                .containsPattern("dtype +bfloat16\\R")
                .containsPattern("architecture +standard")
                .containsPattern("hook +blocks\\.19\\.hook_resid_post")
                .containsPattern("model +toy-model")
                .containsPattern("context size +128")
                .containsPattern("files +cfg\\.json, sae_weights\\.safetensors")
                .containsPattern("sparsity +not published")
                .containsPattern("device +cpu\\R")
                .containsPattern("kernel +\\w+")
                .containsPattern("opened in +[0-9.]+ ms, after the engine's start in [0-9.]+ ms");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void infoTellsOfPublishedSparsityAndUnknownFields() {
        CommandRun published = sae("info", ReferenceCase.named("standard-f32").folder());
        CommandRun small = sae("info", SmallSae.write(folder.resolve("small"), ", \"flavour\": \"new\""));

        assertThat(published.out()).containsPattern("sparsity +log10 firing frequencies");
        assertThat(small.out()).containsPattern("also in cfg +flavour = \"new\"");
    }

    @Test
    void demoFindsWhatWasPlanted() {
        CommandRun run = sae("demo", "--keep", folder.resolve("kept"));

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(number(RECALL, run.out())).isGreaterThan(0.99);
        assertThat(number(PRECISION, run.out())).isGreaterThan(0.95);
        assertThat(number(EXPLAINED, run.out())).isGreaterThan(0.85);
        assertThat(CommandRun.namesIn(folder.resolve("kept")))
                .containsExactly(
                        "activations.safetensors",
                        "decoded.safetensors",
                        "features.safetensors",
                        "reconstruction.safetensors",
                        "sae");
    }

    private static double number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    @Test
    void commandsThatTheDemoShowsWork() {
        String shown = sae("demo", "--keep", folder.resolve("kept")).out();

        String[] commands = shown.substring(shown.indexOf("Try next:")).split("\\R", -1);
        int run = 0;
        for (String command : commands) {
            String[] words = command.strip().split(" ", -1);
            if (words[0].equals("sae") && !command.contains("YOUR-FILE")) {
                Object[] arguments = Arrays.copyOfRange(words, 1, words.length);
                CommandRun result = sae(arguments);
                assertThat(result.exitCode()).as(command + result.err()).isZero();
                run++;
            }
        }
        assertThat(run).isEqualTo(3);
    }

    @Test
    void demoIsAnSaeThatIsAlwaysTheSame() {
        sae("demo", "--keep", folder.resolve("kept"));
        Path activations = folder.resolve("kept/activations.safetensors");
        Path out = folder.resolve("again.safetensors");

        CommandRun run = sae("encode", activations, "--sae", "demo", "--out", out);

        assertThat(run.exitCode()).as(run.err()).isZero();
        Path features = folder.resolve("kept/features.safetensors");
        assertThat(InputFiles.metadataOf(out)).containsEntry("sae", "demo");
        assertThat(InputFiles.metadataOf(out).get("sae_sha256"))
                .isEqualTo(InputFiles.metadataOf(features).get("sae_sha256"));
        assertThat(InputFiles.intsOf(out, "indices")).isEqualTo(InputFiles.intsOf(features, "indices"));
    }

    @Test
    void demoSaysWhyItsFolderCannotBeMade() throws IOException {
        Path file = Files.writeString(folder.resolve("precious"), "yes");

        CommandRun run = sae("demo", "--keep", file);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .isEqualToIgnoringNewLines("sae: " + file + ": cannot be made: there is a file of that name.");
        assertThat(file).hasContent("yes");
    }

    @Test
    void demoKeepsOutOfAFolderThatIsInUse() throws IOException {
        Files.writeString(folder.resolve("precious"), "yes");

        CommandRun run = sae("demo", "--keep", folder);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .isEqualToIgnoringNewLines(
                        "sae: " + folder + ": this folder is not empty; --keep takes a new or empty one.");
        assertThat(CommandRun.namesIn(folder)).containsExactly("precious");
    }
}
