package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.sae4j.loader.SaeQuery.Field;
import io.github.sae4j.loader.SaeQuery.Relation;
import io.github.sae4j.loader.internal.names.KnownSae;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Published SAEs are found by a program as by the command. */
class SaeQueryTest {

    @Test
    void wordsAndConditionsFindWhatTheSameTextFinds() {
        SaeQuery typed = SaeQuery.of("Gemma-Scope", "2b", "res")
                .with(Field.LAYER, Relation.EQUAL, 12)
                .with(Field.WIDTH, Relation.AT_MOST, 16_384)
                .with(Field.L0, Relation.LESS, 100);

        List<PublishedSae> found = SAE.search(typed);

        assertThat(found)
                .isNotEmpty()
                .isEqualTo(SAE.search(SaeQuery.parse("gemma-scope 2b res layer=12 width<=16k l0<100")))
                .allSatisfy(sae -> {
                    assertThat(sae.layer()).hasValue(12);
                    assertThat(sae.likelyL0().orElseThrow()).isLessThan(100);
                });
        assertThat(found)
                .extracting(PublishedSae::name)
                .contains("gemma-scope-2b-pt-res-canonical:layer_12/width_16k/canonical");
    }

    @Test
    void withoutWordsAndConditionsAllAreFound() {
        SaeQuery all = SaeQuery.of();

        assertThat(all.isEmpty()).isTrue();
        assertThat(SAE.search(all))
                .hasSize(SAE.releases().stream()
                        .mapToInt(release -> release.saes().size())
                        .sum());
        assertThat(SaeQuery.parse("gpt2 layer=3").withoutConditions().toString())
                .isEqualTo("gpt2");
        assertThat(SaeQuery.parse("gpt2 layer=3").toString()).isEqualTo("gpt2 layer=3.0");
    }

    @ParameterizedTest
    @CsvSource({
        "blocks.7.hook_resid_pre, 7, , ",
        "layer_12/width_16k/average_l0_82, 12, 16000, 82",
        "l19r_32x/width_2pow15, 19, 32768, ",
        "resid, , , "
    })
    void namesTellLayerWidthAndL0(String folder, Integer layer, Double width, Double l0) {
        PublishedSae sae = new PublishedSae(new KnownSae(
                "some",
                folder,
                "owner/saes",
                folder,
                OptionalDouble.empty(),
                Optional.empty(),
                OptionalDouble.empty()));

        assertThat(sae.layer().stream().boxed().findFirst()).isEqualTo(Optional.ofNullable(layer));
        assertThat(sae.width().stream().boxed().findFirst()).isEqualTo(Optional.ofNullable(width));
        assertThat(sae.likelyL0().stream().boxed().findFirst()).isEqualTo(Optional.ofNullable(l0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"size=3", "l0<many", "layer=", "layer=-1"})
    void conditionsThatAreNotKnownAreRefused(String condition) {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SaeQuery.parse("gpt2 " + condition))
                .withMessageStartingWith("\"" + condition + "\" is no condition that is known")
                .satisfies(e -> assertThat(e.reason()).isEqualTo(SaeLoadException.Reason.INVALID_ARGUMENT));
    }
}
