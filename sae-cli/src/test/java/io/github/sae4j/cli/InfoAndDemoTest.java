package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.ReferenceCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
                .containsPattern("kernel +vector\\R")
                .containsPattern("vectors +\\d+ registers of \\d+ bits, tiles of \\d tokens × \\d vectors,")
                .containsPattern("opened in +[0-9.]+ ms, after the kernel's start in [0-9.]+ ms");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void infoTellsOfPublishedSparsityAndUnknownFields() {
        CommandRun published = sae("info", ReferenceCase.named("standard-f32").folder());
        CommandRun small = sae(
                "info",
                SmallSae.write(folder.resolve("small"), ", \"flavour\": \"new\", \"lr\": 0.1"),
                "--allow-unknown",
                "flavour");

        assertThat(published.out()).containsPattern("sparsity +log10 firing frequencies");
        assertThat(small.out())
                .containsPattern("also in cfg +flavour = \"new\"")
                .containsPattern("used +sae_weights.safetensors: W_enc; ")
                .containsPattern("used +cfg.json: .*d_in; d_sae; ")
                .containsPattern("unused +cfg.json, not needed: of the training: lr")
                .containsPattern("unused +cfg.json, not understood, and let through by the user: flavour");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    blocks.19.hook_resid_post | gpt2-small        | output of transformer.h.19, hidden_states[20]        | layer id 20
                    blocks.20.hook_resid_pre  | google/gemma-2-9b | output of model.layers.19, hidden_states[20]         | layer id 20
                    blocks.0.hook_resid_pre   | pythia-70m        | input of gpt_neox.layers.0, hidden_states[0]         | layer id 0
                    model.layers.3            | qwen3-8b          | output of model.layers.3, hidden_states[4]           | layer id 4
                    blocks.3.hook_resid_post  | never-heard-of    | output of decoder layer 3, hidden_states[4]          | layer id 4
                    blocks.5.attn.hook_z      | gpt2-small        | input of transformer.h.5.attn.c_proj                 |
                    blocks.5.attn.hook_z      | never-heard-of    |                                                      |
                    blocks.5.hook_mlp_out     | gpt2-small        |                                                      |
                    """)
    void infoSpellsTheHookAsOtherLibrariesDo(String hook, String model, String transformers, String vllm) {
        CommandRun run = sae("info", reading(hook, model));

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(after("  Transformers", run)).isEqualTo(transformers);
        assertThat(after("  vLLM", run)).isEqualTo(vllm);
    }

    @Test
    void infoSpellsOnePlaceBetweenTwoBlocksBothWays() {
        assertThat(after("  TransformerLens", sae("info", reading("blocks.4.hook_resid_post", "small"))))
                .isEqualTo("blocks.4.hook_resid_post, blocks.5.hook_resid_pre")
                .isEqualTo(after("  TransformerLens", sae("info", reading("blocks.5.hook_resid_pre", "small"))));
    }

    @Test
    void infoSaysWhenDashboardsShowOtherNumbers() {
        Path shown = SmallSae.write(folder.resolve("shown"), ", \"neuronpedia_id\": \"small/2-mine\"");
        Path notShown = SmallSae.write(folder.resolve("not-shown"));

        assertThat(after("note", sae("info", shown))).contains("--fold-decoder-norms");
        assertThat(after("note", sae("info", shown, "--fold-decoder-norms"))).isNull();
        assertThat(after("note", sae("info", notShown))).isNull();
    }

    private Path reading(String hook, String model) {
        return SmallSae.reading(folder.resolve(hook), hook, model);
    }

    private static @Nullable String after(String label, CommandRun run) {
        return run.out()
                .lines()
                .filter(line -> line.startsWith(label + " "))
                .map(line -> line.substring(label.length()).strip())
                .findFirst()
                .orElse(null);
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
