package io.github.sae4j.analysis.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.InverseTransform;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.activations.TokenBatch;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Firings that were counted apart add up to those of all tokens, also as bytes. */
class PartialFiringsTest {

    private static final int D_SAE = 300;

    @Test
    void addUpToThoseOfAllTokens() {
        Firings first = new Firings(D_SAE);
        Firings second = new Firings(D_SAE);
        Firings all = new Firings(D_SAE);
        add(250, 1, first, all);
        add(99, 2, second, all);
        byte[] before = second.toBytes();

        first.add(second);

        assertThat(first.tokens()).isEqualTo(349);
        assertThat(first.l0()).isEqualTo(all.l0());
        assertThat(first.tokensOfL0()).isEqualTo(all.tokensOfL0());
        assertThat(first.dead()).isEqualTo(all.dead());
        assertThat(first.dense()).isEqualTo(all.dense());
        assertThat(first.densityQuantiles(0, 0.5, 1)).isEqualTo(all.densityQuantiles(0, 0.5, 1));
        assertThat(first.toBytes()).isEqualTo(all.toBytes());
        assertThat(second.toBytes()).isEqualTo(before);
    }

    @Test
    void ofAnotherNumberOfFeaturesAreRefused() {
        assertThatThrownBy(() -> new Firings(3).add(new Firings(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Firings of 3 features cannot take in those of 4.");
    }

    @Test
    void areBytesOfTheFormThatIsWrittenDown() {
        assertThat(HexFormat.of().formatHex(few().toBytes()))
                .isEqualTo("53414543" + "01" + "03" + "010001" + "02" + ("00" + "8201") + ("02" + "01"));
    }

    @Test
    void comeBackAsTheyWere() {
        Firings firings = new Firings(D_SAE);
        add(250, 3, firings);
        Firings back = Firings.fromBytes(firings.toBytes());

        assertThat(back.l0()).isEqualTo(firings.l0());
        assertThat(back.tokens()).isEqualTo(firings.tokens());
        assertThat(back.count(7)).isEqualTo(firings.count(7));
        assertThat(back.toBytes()).isEqualTo(firings.toBytes());
    }

    @Test
    void areRefusedAsBytesWhenTheyAreCutAnywhereOrGoOn() {
        byte[] bytes = few().toBytes();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> Firings.fromBytes(cut))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("The bytes of these firings end too early: there are " + length + ".");
        }
        assertThatThrownBy(() -> Firings.fromBytes(Arrays.copyOf(bytes, bytes.length + 1)))
                .hasMessage("The bytes of these firings have 1 after their end.");
    }

    @Test
    void areRefusedAsBytesThatSayWhatCannotBe() {
        refuse("53414551" + "01", "These bytes are no firings: they do not begin with SAEC.");
        refuse("53414543" + "07", "These firings are in version 7 of their form, but this library reads version 1.");
        refuse("53414543" + "01" + "ffffffff07", "The bytes of these firings end too early: there are 10.");
        refuse(
                "53414543" + "01" + "01" + "00" + "01" + "0201",
                "The bytes of these firings say that a token has 2 of 1 features, which cannot be.");
        refuse(
                "53414543" + "01" + "ffffffffffffffffff01",
                "The bytes of these firings say that a count has more than 63 bits, which cannot be.");
    }

    private static void refuse(String hex, String sentence) {
        assertThatThrownBy(() -> Firings.fromBytes(HexFormat.of().parseHex(hex)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(sentence);
    }

    /** Of 131 tokens, of which one has two of three features, and the others none. */
    private static Firings few() {
        int[] ends = new int[132];
        Arrays.fill(ends, 1, ends.length, 2);
        Firings firings = new Firings(3);
        firings.add(
                TokenBatch.of(new float[131][1]),
                SparseFeatures.of(
                        3, new long[] {131}, ends, new int[] {0, 2}, new float[] {1, -1}, InverseTransform.identity()));
        return firings;
    }

    private static void add(int tokens, long seed, Firings... counted) {
        Random random = new Random(seed);
        float[][] dense = new float[tokens][D_SAE];
        for (float[] row : dense) {
            for (int feature = 0; feature < D_SAE; feature++) {
                row[feature] = random.nextInt(D_SAE) < feature / 2 ? (float) random.nextGaussian() : 0;
            }
        }
        int[] ends = new int[tokens + 1];
        int[] indices = new int[tokens * D_SAE];
        float[] values = new float[tokens * D_SAE];
        int active = 0;
        for (int token = 0; token < tokens; token++) {
            for (int feature = 0; feature < D_SAE; feature++) {
                if (dense[token][feature] != 0) {
                    indices[active] = feature;
                    values[active++] = dense[token][feature];
                }
            }
            ends[token + 1] = active;
        }
        SparseFeatures features = SparseFeatures.of(
                D_SAE,
                new long[] {tokens},
                ends,
                Arrays.copyOf(indices, active),
                Arrays.copyOf(values, active),
                InverseTransform.identity());
        for (Firings firings : counted) {
            firings.add(TokenBatch.of(dense), features);
        }
    }
}
