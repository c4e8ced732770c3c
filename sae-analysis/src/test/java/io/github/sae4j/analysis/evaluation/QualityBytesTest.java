package io.github.sae4j.analysis.evaluation;

import static io.github.sae4j.analysis.evaluation.RandomTokens.bits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.data.activations.TokenBatch;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Measures as bytes keep everything, in a form that later versions read. */
class QualityBytesTest {

    /** Of the activations (1, -2) and (3, 2) and the reconstructions (1, 0) and (3, 2). */
    private static final String BYTES = "53414551" + "01" + "02" + "02" + "02"
            + ("00" + "01" + "8601" + "10")
            + ("00" + "01" + "8601" + "38")
            + ("00" + "01" + "8601" + "38")
            + ("00" + "08" + "7f" + "90ddfe5b5cf2c905")
            + ("00" + "08" + "7f" + "90ddfe5b5cf2c905")
            + ("00" + "08" + "7f" + "c0cccccccccccc04")
            + "02"
            + ("00" + "01" + "8601" + "48")
            + ("01" + "13" + "01")
            + "00";

    private final ReconstructionQuality quality = small();

    private static ReconstructionQuality small() {
        ReconstructionQuality quality = new ReconstructionQuality(2);
        quality.add(TokenBatch.of(new float[][] {{1, -2}, {3, 2}}), new float[][] {{1, 0}, {3, 2}});
        return quality;
    }

    @Test
    void haveTheFormThatIsWrittenDown() {
        assertThat(HexFormat.of().formatHex(quality.toBytes())).isEqualTo(BYTES);
        assertThat(ReconstructionQuality.fromBytes(HexFormat.of().parseHex(BYTES))
                        .toBytes())
                .isEqualTo(quality.toBytes());
    }

    @ParameterizedTest
    @EnumSource
    void comeBackAsTheyWere(RandomTokens.Kind kind) {
        ReconstructionQuality quality = RandomTokens.of(kind, 300, 9, 1).measured();
        ReconstructionQuality back = ReconstructionQuality.fromBytes(quality.toBytes());

        assertThat(bits(back)).isEqualTo(bits(quality));
        assertThat(back.legacyExplainedVariance()).isEqualTo(quality.legacyExplainedVariance());
        assertThat(back.toBytes()).isEqualTo(quality.toBytes());
    }

    @Test
    void ofNothingComeBackToo() {
        ReconstructionQuality nothing = new ReconstructionQuality(3);

        assertThat(ReconstructionQuality.fromBytes(nothing.toBytes()).toBytes()).isEqualTo(nothing.toBytes());
    }

    @Test
    void areFewForEachColumn() {
        byte[] bytes = RandomTokens.of(RandomTokens.Kind.GAUSSIAN, 100, 3072, 1)
                .measured()
                .toBytes();

        assertThat(bytes.length).isLessThan(10 * 3072);
    }

    @Test
    void areRefusedWhenTheyAreCutAnywhereOrGoOn() {
        byte[] bytes = quality.toBytes();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> ReconstructionQuality.fromBytes(cut))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "The bytes of these measures of reconstructions end too early: there are " + length + ".");
        }
        assertThatThrownBy(() -> ReconstructionQuality.fromBytes(Arrays.copyOf(bytes, bytes.length + 3)))
                .hasMessage("The bytes of these measures of reconstructions have 3 after their end.");
    }

    @Test
    void areRefusedWhereTheySayWhatCannotBe() {
        refuse(0, 'x', "These bytes are no measures of reconstructions: they do not begin with SAEQ.");
        refuse(
                4,
                2,
                "These measures of reconstructions are in version 2 of their form, but this library reads version 1.");
        refuse(
                8,
                9,
                "The bytes of these measures of reconstructions say that a sum is of an unknown kind, 9, which cannot be.");
    }

    @Test
    void areRefusedWhereTheySumMoreThanTokensCan() {
        byte[] tooWide = HexFormat.of().parseHex("5341455101" + "010101" + "00" + "01ff7f" + "01");

        assertThatThrownBy(() -> ReconstructionQuality.fromBytes(tooWide))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The bytes of these measures of reconstructions say that a sum has more than 272 bytes,"
                        + " which cannot be.");
    }

    private void refuse(int place, int value, String sentence) {
        byte[] bytes = quality.toBytes();
        bytes[place] = (byte) value;
        assertThatThrownBy(() -> ReconstructionQuality.fromBytes(bytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(sentence);
    }
}
