package io.github.sae4j.loader.internal.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.sae4j.loader.SAE;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Published SAEs by release and id, those of the user, and the names nearest to one that is wrong. */
class RegistryTest {

    @TempDir
    private Path folder;

    private final Registry registry = Registry.load(Map.of("XDG_CONFIG_HOME", "no-such-folder"));

    @Test
    void knowsEveryReleaseAndEverySaeByOneName() {
        List<Release> releases = registry.releases();
        Set<String> names = new HashSet<>();
        int saes = 0;
        for (Release release : releases) {
            assertThat(release.saes()).as(release.name()).isNotEmpty();
            for (KnownSae sae : release.saes()) {
                assertThat(names.add(sae.name())).as(sae.name()).isTrue();
                SaeAddress address = registry.address(release.name(), sae.id());
                assertThat(address.repository().id()).isEqualTo(release.repository());
                assertThat(registry.facts(address).orElseThrow().sae().normScalingFactor())
                        .as(sae.name())
                        .isEqualTo(sae.normScalingFactor());
                saes++;
            }
        }
        assertThat(releases).hasSize(171);
        assertThat(saes).isEqualTo(13_859);
    }

    @ParameterizedTest
    @CsvSource({
        "gemma-scope-2b-pt-res-canonical, layer_12/width_16k/canonical, google/gemma-scope-2b-pt-res,"
                + " layer_12/width_16k/average_l0_82",
        "llama_scope_lxr_8x, l15r_8x, fnlp/Llama3_1-8B-Base-LXR-8x, Llama3_1-8B-Base-L15R-8x",
        "goodfire-llama-3.1-8b-instruct, layer_19, Goodfire/Llama-3.1-8B-Instruct-SAE-l19,"
                + " Llama-3.1-8B-Instruct-SAE-l19.pth",
        "ministral-3b-sae, layer_21, analist/ministral-3b-sae, layer_21",
        "qwen-scope-3.5-27b-w80k-l50, layer63, Qwen/SAE-Res-Qwen3.5-27B-W80K-L0_50, layer63.sae.pt",
        "qwen-scope-3-30b-a3b-base-w128k-l100, layer0, Qwen/SAE-Res-Qwen3-30B-A3B-Base-W128K-L0_100, layer0.sae.pt",
    })
    void findsWhereAnSaeLies(String release, String id, String repository, String path) {
        assertThat(registry.address(release, id)).isEqualTo(SaeAddress.inRepository(repository, path));
        assertThat(SaeAddress.parse(release + ":" + id)).isEqualTo(SaeAddress.inRepository(repository, path));
    }

    @Test
    void knowsWhatTheFilesDoNotSay() {
        Registry.Facts llama = registry.facts(
                        SaeAddress.parse("fnlp/Llama-Scope-R1-Distill:800M-Slimpajama-0-OpenR1-Math-220k/L0R@main"))
                .orElseThrow();
        assertThat(llama.format()).isEqualTo("llama_scope_r1_distill");
        assertThat(llama.model()).isEqualTo("deepseek-ai/DeepSeek-R1-Distill-Llama-8B");
        assertThat(llama.sae().normScalingFactor()).hasValue(53.52995401997436);
        assertThat(llama.sae().neuronpediaId()).contains("deepseek-r1-distill-llama-8b/0-llamascope-slimpj-res-32k");

        Registry.Facts mistral = registry.facts(registry.address("mistral-7b-res-wg", "blocks.8.hook_resid_pre"))
                .orElseThrow();
        assertThat(mistral.overrides().get("normalize_activations").getAsString())
                .isEqualTo("constant_norm_rescale");
        assertThat(registry.facts(SaeAddress.parse("owner/name:folder"))).isEmpty();
    }

    @Test
    void takesTheOnlySaeOfARelease() {
        assertThat(registry.address("goodfire-llama-3.1-8b-instruct"))
                .isEqualTo(registry.address("goodfire-llama-3.1-8b-instruct", "layer_19"));
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> registry.address("gemma-scope-2b-pt-res"))
                .withMessageStartingWith("\"gemma-scope-2b-pt-res\" is a release. It has ")
                .withMessageEndingWith("Name one as gemma-scope-2b-pt-res:ID.");
    }

    @Test
    void namesTheThreeNearest() {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> registry.address("gemma-scope-2b-res", "layer_1"))
                .withMessageContaining("The nearest releases are: gemma-scope-2b-pt-res, ");
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> registry.address("gpt2-small-res-jb", "blocks.9.resid_pre"))
                .withMessageStartingWith("gpt2-small-res-jb has no blocks.9.resid_pre. It has ")
                .withMessageContaining("the nearest are: blocks.9.hook_resid_pre, ");
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> registry.address("gpt2-small-jb"))
                .withMessageContaining("The nearest names are: gpt2-small-");
    }

    @Test
    void readsWhatTheUserWroteDown() throws IOException {
        Path file = write("""
                mine:
                  repository: me/saes
                  model: gemma-2-2b
                  format: saelens
                  saes:
                    layer_1: first/layer
                    layer_2: {path: second, l0: 50, neuronpedia: gemma-2-2b/2-mine, norm_scaling_factor: 1.5}
                from-saelens:
                  conversion_func: dictionary_learning_1
                  repo_id: other/saes
                  model: pythia
                  config_overrides: &itself {normalize_activations: layer_norm, model_from_pretrained_kwargs: *itself}
                  saes:
                  - id: blocks.0
                    path: a/b
                    l0: 12.5
                  - id: blocks.1
                """);
        Registry with = Registry.load(Map.of("SAE4J_RELEASES", file.toString()));

        assertThat(with.address("mine", "layer_1")).isEqualTo(SaeAddress.inRepository("me/saes", "first/layer"));
        assertThat(with.releases().get(0).saes().get(1))
                .isEqualTo(new KnownSae(
                        "mine",
                        "layer_2",
                        "me/saes",
                        "second",
                        OptionalDouble.of(50.0),
                        Optional.of("gemma-2-2b/2-mine"),
                        OptionalDouble.of(1.5)));
        assertThat(with.address("from-saelens", "blocks.1"))
                .isEqualTo(SaeAddress.inRepository("other/saes", "blocks.1"));
        Registry.Facts facts =
                with.facts(with.address("from-saelens", "blocks.0")).orElseThrow();
        assertThat(facts.format()).isEqualTo("dictionary_learning_1");
        assertThat(facts.overrides().get("normalize_activations").getAsString()).isEqualTo("layer_norm");
        assertThat(with.address("ministral-3b-sae", "layer_19").folder()).isEqualTo("layer_19");
    }

    @Test
    void prefersTheUsersEntryToOurs() throws IOException {
        Path file = write("ministral-3b-sae: {repository: me/copy, saes: {layer_19: mine}}");
        Registry with = Registry.load(Map.of("SAE4J_RELEASES", file.toString()));

        assertThat(with.address("layer_19")).isEqualTo(SaeAddress.inRepository("me/copy", "mine"));
    }

    @Test
    void refusesAnIdOfNeuronpediaThatSeveralSaesHave() throws IOException {
        Path file = write("""
                mine:
                  repository: me/saes
                  saes:
                    a: {path: first, neuronpedia: gpt2-small/8-res-jb}
                    b: {path: second, neuronpedia: gpt2-small/8-mine}
                    c: {path: third, neuronpedia: gpt2-small/8-mine}
                """);
        Registry with = Registry.load(Map.of("SAE4J_RELEASES", file.toString()));

        assertThat(with.neuronpedia("gpt2-small/8-res-jb/1")).contains(SaeAddress.inRepository("me/saes", "first"));
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> with.neuronpedia("gpt2-small/8-mine"))
                .withMessage("\"gpt2-small/8-mine\" is Neuronpedia's id of 2 SAEs: mine:b, mine:c. Name one of them.");
    }

    @Test
    void readsTheUsersFileInItsUsualPlace() throws IOException {
        Files.createDirectories(folder.resolve("sae4j"));
        Files.writeString(folder.resolve("sae4j/releases.yaml"), "mine: {repository: me/saes, saes: {a: b}}");

        assertThat(Registry.load(Map.of("XDG_CONFIG_HOME", folder.toString()))
                        .address("mine", "a")
                        .folder())
                .isEqualTo("b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1, 2]|should hold a YAML mapping",
                "a: [1, 2|is not YAML",
                "mine: text|mine should hold fields, but holds \"text\"",
                "mine: {saes: {a: b}}|mine needs a repository",
                "mine: {repository: me/saes}|mine needs saes",
                "mine: {repository: &x [[*x]], saes: {a: b}}|mine has a repository that is no text: a list.",
                "mine: {repository: me/saes, saes: [{path: b}]}|mine.saes has an entry without id",
                "mine: {repository: me/saes, saes: {a: {l0: many}}}|mine.saes.a has a l0 that is no number",
                "mine: !!java.io.File [x]|is not YAML",
                "mine: {repository: me/saes, config_overrides: {k: .nan}, saes: {a: b}}|mine.config_overrides has a k that"
                        + " is neither a text, a finite number, true nor false",
                "mine: {repository: me/saes, config_overrides: {k: &x [*x]}, saes: {a: b}}|mine.config_overrides has a k",
            })
    void saysWhatIsWrongWithTheUsersFile(String text, String sentence) throws IOException {
        Path file = write(text);

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> Registry.load(Map.of("SAE4J_RELEASES", file.toString())))
                .withMessageContaining(file.toString())
                .withMessageContaining(sentence);
    }

    @Test
    void saysThatTheUsersFileIsNotThere() {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> Registry.load(Map.of("SAE4J_RELEASES", "no-such-file.yaml")))
                .withMessageContaining("no-such-file.yaml cannot be read");
    }

    @Test
    void listsForUsers() {
        assertThat(SAE.releases()).extracting(SaeRelease::name).contains("ministral-3b-sae", "gpt2-small-res-jb");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("releases.yaml"), text);
    }
}
