package io.github.sae4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The metadata of files tells of settings, and programs read it back. */
class WrittenSettingsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--fold-decoder-norms --norm-scaling-factor 2.5,1.0 --set k=8|foldDecoderNorms"
                        + " normScalingFactor(2.5,1.0) override(k=8)",
                "--format gemma_2_transcoder --allow-unknown a.b --allow-unknown c|format(gemma_2_transcoder)"
                        + " allowUnknown(a.b) allowUnknown(c)",
                "--rows 2:6 --skip-first 1 --skip-token 2,7 --max-norm-multiple 13.0|tokens(2:6) skipFirst(1)"
                        + " skipTokens(2,7) maxNormMultiple(13.0)",
                "--tensor my resid --layer-id 3 --layer-ids 1,3,7|tensor(my resid) layer(3) layerIds(1,3,7)",
                "--sequence-length 16 --document-column doc_id|sequenceLength(16) sequenceColumn(doc_id)",
                "--sequence-length file --layer 2|eachFileIsASequence the layer of the set(2)",
            })
    void areReadAsTheyAreWritten(String inFiles, String inJava) {
        List<Setting.Value> read = WrittenSettings.parse(inFiles);

        assertThat(Sentence.of(read)).hasToString(inJava);
        assertThat(WrittenSettings.text(read)).isEqualTo(inFiles);
    }

    @ParameterizedTest
    @CsvSource({"every second token", "--temperature 3", "skipFirst(1)", "every --skip-first 1"})
    void otherWordsStayWhatTheyAre(String words) {
        assertThat(WrittenSettings.parse(words)).containsExactly(Setting.OTHER.of(words));
        assertThat(WrittenSettings.text(WrittenSettings.parse(words))).isEqualTo(words);
        assertThat(Setting.OTHER.of(words)).hasToString(words);
    }

    @Test
    void numbersAreTheSameHoweverTheyAreWritten() {
        assertThat(WrittenSettings.same(
                        WrittenSettings.parse("--norm-scaling-factor 2,1e1 --set x=1e3"),
                        List.of(Setting.NORM_SCALING_FACTOR.of("2.0,10.0"), Setting.OVERRIDE.of("x=1000.0"))))
                .isTrue();
        assertThat(WrittenSettings.same(List.of(Setting.OVERRIDE.of("k=8")), List.of(Setting.OVERRIDE.of("k=9"))))
                .isFalse();
    }

    @Test
    void provenanceTellsThemAndNumbersByType() {
        Provenance made = Provenance.of(Map.of(
                "shape", "[8,4]",
                "sae_sha256", "00",
                "sae_options", "--set k=8",
                "skipped", "--skip-first 1",
                "left_out", "64 of 8192"));

        assertThat(made.sae()).isEmpty();
        assertThat(made.saeSha256()).contains("00");
        assertThat(made.saeSettings()).containsExactly(Setting.OVERRIDE.of("k=8"));
        assertThat(made.selected()).isEmpty();
        assertThat(made.skipped()).containsExactly(Setting.SKIP_FIRST.of(1));
        assertThat(made.leftOutTokens()).isEqualTo(OptionalLong.of(64));
        assertThat(made.version()).isEmpty();
        assertThat(made.fields()).doesNotContainKey("shape");
    }

    @Test
    void ofAnotherFileTheTokensThatWereLeftOutAreTheSame() {
        Provenance features = Provenance.of(Map.of("skipped", "every second token", "left_out", "4 of 8"));

        assertThat(Provenance.builder()
                        .source("f.safetensors", features)
                        .build()
                        .fields())
                .containsEntry("source", "f.safetensors")
                .containsEntry("skipped", "every second token")
                .containsEntry("left_out", "4 of 8");
    }
}
