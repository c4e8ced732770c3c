package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.loader.PublishedSae;
import io.github.sae4j.loader.SAE;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Published SAEs are found by what people know of them. */
class ListTest {

    private static final String WATCHED = "sae.stdout.terminal";

    @AfterEach
    void leaveTheTerminal() {
        System.clearProperty(WATCHED);
    }

    @Test
    void showsEveryReleaseWithoutAQuery() {
        CommandRun run = sae("list");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out().lines()).hasSameSizeAs(SAE.releases());
        assertThat(run.out().lines())
                .anySatisfy(line -> assertThat(line.split(" +", -1))
                        .containsExactly("gpt2-small-res-jb", "13", "gpt2-small", "jbloom/GPT2-Small-SAEs-Reformatted"))
                .anySatisfy(line -> assertThat(line)
                        .startsWith("ministral-3b-sae ")
                        .contains(" 2 ")
                        .endsWith(" analist/ministral-3b-sae"));
        assertThat(run.err()).contains(" SAEs in " + SAE.releases().size() + " releases");
    }

    @Test
    void findsSaesWithNamePathL0AndNeuronpediaId() {
        CommandRun run = sae("list", "gemma-scope-2b-pt-res-canonical", "layer=12", "width=16k");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out().strip().split(" +", -1))
                .containsExactly(
                        "gemma-scope-2b-pt-res-canonical:layer_12/width_16k/canonical",
                        "82",
                        "gemma-2-2b/12-gemmascope-res-16k",
                        "google/gemma-scope-2b-pt-res:layer_12/width_16k/average_l0_82");
        assertThat(run.err()).isEqualToIgnoringNewLines("1 SAE");
    }

    @Test
    void namesThatAreFoundCanBeLoaded() {
        List<String> names = sae("list", "llama_scope", "resid", "layer<3")
                .out()
                .lines()
                .map(line -> line.substring(0, line.indexOf(' ')))
                .toList();

        assertThat(names)
                .isNotEmpty()
                .allSatisfy(name -> assertThat(SAE.from(name)).isNotNull());
    }

    @Test
    void conditionsHoldForAllThatIsFoundAndForNothingElse() {
        List<String> expected = SAE.releases().stream()
                .flatMap(release -> release.saes().stream())
                .filter(sae -> sae.release().equals("gemma-scope-9b-pt-res"))
                .filter(sae -> sae.id().startsWith("layer"))
                .filter(sae -> sae.l0().orElse(0) >= 20 && sae.l0().orElse(0) < 50)
                .map(PublishedSae::name)
                .toList();

        CommandRun run = sae("list", "gemma-scope-9b-pt-res:layer", "l0<50", "l0>=20");

        assertThat(expected).isNotEmpty();
        assertThat(run.out().lines().map(line -> line.substring(0, line.indexOf(' '))))
                .containsExactlyElementsOf(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GPT2-small hook_resid_pre layer=8|gpt2-small-res-jb:blocks.8.hook_resid_pre ",
                "sae_bench topk width=16384 layer=12 trainer_0|width-2pow14",
                "llama_scope attention layer=15 width=8k|-",
                "llama_scope attention layer=15|llama_scope_lxa_8x:l15a_8x ",
                "gemma-2-9b width=1m residual|width_1m",
                "mistralai/ministral|ministral-3b-sae:layer_19 ",
                "gpt2-small-mlp-out width=32k layer=3|gpt2-small-mlp-out-v5-32k:blocks.3.hook_mlp_out ",
                "deepseek-r1-distill layer=19|deepseek-r1-distill-llama-8b-qresearch:",
            })
    void wordsAndConditionsFindWhatTheyMean(String query, String found) {
        CommandRun run = sae((Object[]) ("list " + query).split(" ", -1));

        if (found.equals("-")) {
            assertThat(run.exitCode()).isEqualTo(1);
        } else {
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.out()).contains(found);
        }
    }

    @Test
    void aWordIsNoPartOfALongerNumber() {
        assertThat(sae("list", "gemma-scope", "2b").out().lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).contains("-2b").doesNotContain("12b"));
    }

    @Test
    void aTerminalGetsHeadingsAndTheFirstLines() {
        int all = (int) sae("list", "gemma").out().lines().count();
        System.setProperty(WATCHED, "true");

        CommandRun run = sae("list", "gemma");

        assertThat(all).isGreaterThan(1000);
        assertThat(run.out()).startsWith("SAE ");
        assertThat(run.out().lines()).hasSize(41);
        assertThat(run.err()).contains("… and " + String.format(Locale.ROOT, "%,d", all - 40) + " more");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "list gemma-scop-2b-pt-res|The nearest releases are: gemma-scope-2b-pt-res, ",
                "list gpt2-small-res-jb: l0<0|meets these conditions; 13 would match without them.",
                "list size=3|l0, width and layer",
                "list l0<many|such as l0<50",
            })
    void saysInOneSentenceWhyNothingIsFound(String arguments, String sentence) {
        CommandRun run = sae((Object[]) arguments.split(" ", -1));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("sae: ").contains(sentence).hasLineCount(1);
        assertThat(run.out()).isEmpty();
    }
}
