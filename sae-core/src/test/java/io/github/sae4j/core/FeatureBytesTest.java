package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Features as bytes keep everything, in a form that later versions read. */
class FeatureBytesTest {

    private static final SparseFeatures FEATURES = SparseFeatures.of(
            7,
            new long[] {1, 2},
            new int[] {0, 2, 3},
            new int[] {1, 6, 0},
            new float[] {0.5f, -2, 1},
            InverseTransform.of(2, new float[] {1, 2}, new float[] {3, 4}));

    private static final String BYTES =
            "53414546" + "01000000" + "07000000" + "02000000" + "02000000" + "03000000" + "02000000" + "03000000"
                    + "0100000000000000" + "0200000000000000"
                    + "02000000" + "03000000"
                    + "01000000" + "06000000" + "00000000"
                    + "0000003f" + "000000c0" + "0000803f"
                    + "0000803f" + "00000040"
                    + "00004040" + "00008040";

    @Test
    void haveTheFormThatIsWrittenDown() {
        assertThat(HexFormat.of().formatHex(FEATURES.toBytes())).isEqualTo(BYTES);
        assertThat(SparseFeatures.fromBytes(HexFormat.of().parseHex(BYTES))).isEqualTo(FEATURES);
    }

    @Test
    void comeBackAsTheyWere() {
        TinySae tiny = TinySae.of(
                TinySae.config(8, 40, Normalization.CONSTANT_NORM_RESCALE, Reshape.NONE, true), WeightType.FLOAT32);
        try (SparseAutoencoder sae = tiny.open()) {
            for (SparseFeatures features : List.of(
                    sae.encode(tiny.activations(5, 1)),
                    sae.encode(tiny.activations(1, 1)[0]),
                    sae.encode(new float[0][]))) {
                assertThat(SparseFeatures.fromBytes(features.toBytes())).isEqualTo(features);
            }
        }
    }

    @Test
    void areRefusedWhenTheyAreCutAnywhereOrGoOn() {
        byte[] bytes = FEATURES.toBytes();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> SparseFeatures.fromBytes(cut))
                    .isInstanceOf(SaeException.class)
                    .hasMessage("The bytes of these features end too early: there are " + length + ".");
        }
        assertThatThrownBy(() -> SparseFeatures.fromBytes(Arrays.copyOf(bytes, bytes.length + 3)))
                .hasMessage("The bytes of these features have 3 after their end.");
    }

    @Test
    void areRefusedWhereTheySayWhatCannotBe() {
        assertThatThrownBy(() -> SparseFeatures.fromBytes(changed(0, 5)))
                .hasMessage("These bytes are no sparse features: they do not begin with SAEF.");
        assertThatThrownBy(() -> SparseFeatures.fromBytes(changed(1, 2)))
                .hasMessage("These features are in version 2 of their form, but this library reads version 1.");
        assertThatThrownBy(() -> SparseFeatures.fromBytes(changed(5, 9)))
                .hasMessage("The bytes of these features say that they hold something unknown (flags 9).");
        assertThatThrownBy(() -> SparseFeatures.fromBytes(changed(6, Integer.MAX_VALUE)))
                .hasMessageStartingWith("The bytes of these features end too early");
        assertThatThrownBy(() -> SparseFeatures.fromBytes(changed(7, -1)))
                .hasMessageStartingWith("The bytes of these features end too early");
        assertThatThrownBy(() -> SparseFeatures.fromBytes(changed(14, 700))).isInstanceOf(SaeException.class);
    }

    private static byte[] changed(int word, int value) {
        byte[] bytes = FEATURES.toBytes();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(word * Integer.BYTES, value);
        return bytes;
    }
}
