package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An SAE shows the parts that it was built from, without copying what is large or letting anything be changed. */
class SaePartsTest {

    private static final WeightMatrix ENCODER = WeightMatrix.of(new float[][] {{1, 0, 2}, {0, 1, -1}});
    private static final WeightMatrix DECODER = WeightMatrix.of(new float[][] {{1, 0}, {0, 1}, {1, 1}});
    private static final JumpRelu RULE = JumpRelu.of(new float[] {1, 2, 3}, new float[] {0.5f, 0.25f, 0});

    private static SparseAutoencoder open() {
        return SparseAutoencoder.builder(SaeConfig.standard(2, 3))
                .encoder(ENCODER)
                .decoder(DECODER)
                .decoderBias(new float[] {0.5f, -0.5f})
                .activation(RULE)
                .build();
    }

    @Test
    void areThoseThatWerePutIn() {
        try (SparseAutoencoder sae = open()) {
            SaeParts parts = sae.parts();
            assertThat(parts.encoder()).containsSame(ENCODER);
            assertThat(parts.decoder()).containsSame(DECODER);
            assertThat(parts.activation()).isSameAs(RULE);
            assertThat(parts.decoderBias()).containsExactly(0.5f, -0.5f);
            assertThat(parts.skip()).isEmpty();
            assertThat(parts.prediction()).isEmpty();
            assertThat(parts.noDecoding()).isEmpty();
        }
    }

    @Test
    void theSaesTextNamesItsSourceAndKernelAlsoWhenItIsClosed() {
        SparseAutoencoder sae = SparseAutoencoder.builder(SaeConfig.standard(2, 3))
                .encoder(ENCODER)
                .decoder(DECODER)
                .decoderBias(new float[2])
                .activation(RULE)
                .kernel(Kernel.PLAIN)
                .source(() -> "step 1000")
                .build();
        sae.close();

        assertThat(sae)
                .hasToString(
                        "SparseAutoencoder[step 1000, SaeConfig[standard, d_in 2, d_sae 3, d_out 2], plain on cpu()]");
    }

    @Test
    void cannotBeChangedThroughArrays() {
        try (SparseAutoencoder sae = open()) {
            sae.parts().decoderBias()[0] = 7;
            RULE.threshold()[0] = 7;
            assertThat(sae.parts().decoderBias()).containsExactly(0.5f, -0.5f);
            assertThat(RULE.threshold()).containsExactly(0.5f, 0.25f, 0);
        }
    }

    @Test
    void ofAFoldedViewAreThoseOfItsSae() {
        try (SparseAutoencoder sae = open();
                SparseAutoencoder folded = sae.foldDecoderNorms()) {
            assertThat(folded.parts()).isSameAs(sae.parts());
        }
    }

    @Test
    void sayWhyThereIsNoDecoder() {
        try (SparseAutoencoder sae = SparseAutoencoder.builder(
                        SaeConfig.builder(SaeArchitecture.TRANSCODER, 2, 3).build())
                .encoder(ENCODER)
                .withoutDecoder("It has features only.")
                .activation(RULE)
                .build()) {
            assertThat(sae.parts().decoder()).isEmpty();
            assertThat(sae.parts().noDecoding()).contains("It has features only.");
        }
    }

    @Test
    void areGoneWhenTheSaeIsClosed() {
        SparseAutoencoder sae = open();
        SaeParts kept = sae.parts();
        sae.close();
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(sae::parts)
                .withMessage("This SAE is closed already.");
        assertThat(kept.encoder()).containsSame(ENCODER);
    }

    /** A collector may need several rounds; were the buffers still reachable, no number of them would do. */
    @ParameterizedTest
    @EnumSource(Kernel.class)
    void areNotKeptByWhoeverKeepsAClosedSae(Kernel kernel) {
        List<WeakReference<ByteBuffer>> buffers = new ArrayList<>();
        SparseAutoencoder sae = SparseAutoencoder.builder(SaeConfig.standard(2, 3))
                .encoder(WeightMatrix.of(WeightType.FLOAT32, 2, 3, List.of(buffer(24, buffers))))
                .decoder(WeightMatrix.of(WeightType.FLOAT32, 3, 2, List.of(buffer(24, buffers))))
                .decoderBias(new float[2])
                .activation(RULE)
                .kernel(kernel)
                .build();
        assertThat(sae.decode(sae.encode(new float[] {1, 2}))).hasDimensions(1, 2);
        sae.close();
        for (WeakReference<ByteBuffer> buffer : buffers) {
            for (int round = 0; round < 100 && buffer.get() != null; round++) {
                System.gc();
            }
            assertThat(buffer.get()).isNull();
        }
        // What it says of itself stays, and so the SAE was there all the time.
        assertThat(sae.kernel()).isEqualTo(kernel);
        assertThat(sae.device().isGpu()).isFalse();
    }

    private static ByteBuffer buffer(int bytes, List<WeakReference<ByteBuffer>> buffers) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
        buffers.add(new WeakReference<>(buffer));
        return buffer;
    }

    @Test
    void ofGatedRulesAreAsTheyWereGiven() {
        float[] gate = {0, -0.0f, 1.1f};
        float[] magnitude = {1, 2, 3};
        float[] scale = {0.1f, -0.3f, 5};
        Gated rule = Gated.of(gate, magnitude, scale);
        assertThat(rule.gateBias()).containsExactly(gate);
        assertThat(rule.magnitudeBias()).containsExactly(magnitude);
        assertThat(rule.magnitudeScale()).containsExactly(scale);
    }
}
