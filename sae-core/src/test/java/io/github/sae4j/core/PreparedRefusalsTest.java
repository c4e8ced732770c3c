package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.github.sae4j.core.internal.host.KernelParts;
import io.github.sae4j.core.internal.host.Stop;
import io.github.sae4j.core.internal.host.Workers;
import io.github.sae4j.core.internal.kernel.KernelChoice;
import io.github.sae4j.fixtures.ReferenceCase;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An SAE that preparing would not serve, or would not fit, is refused with the reason. */
class PreparedRefusalsTest {

    private static final int D_IN = 8;
    private static final int D_SAE = 64;

    private static TinySae tiny() {
        return TinySae.of(TinySae.config(D_IN, D_SAE, Normalization.NONE, Reshape.NONE, true), WeightType.FLOAT32);
    }

    private static void refuse(SaeBuilder builder, SaeException.Reason reason, String sentence) {
        assertThatThrownBy(() -> builder.prepared(true).build())
                .isInstanceOfSatisfying(
                        SaeException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessage(sentence);
    }

    @ParameterizedTest
    @EnumSource(names = {"PLAIN", "TORCHSCRIPT"})
    void onAnotherKernel(Kernel kernel) {
        refuse(
                tiny().builder().device(Device.cpu()).kernel(kernel),
                SaeException.Reason.NOT_SUPPORTED,
                "This SAE cannot be prepared: it runs on the " + kernel
                        + " kernel, and only the vector kernel has a screen.");
    }

    @Test
    void onCuda() {
        TinySae tiny = tiny();
        KernelParts parts = new KernelParts(
                tiny.config(),
                tiny.stored(tiny.wEnc()),
                tiny.stored(tiny.wDec()),
                tiny.bDec(),
                null,
                Relu.of(tiny.bEnc()),
                null,
                1,
                null,
                null,
                true,
                null);
        Workers workers = new Workers(SaeRuntime.shared().pool(), new Stop());
        assertThatThrownBy(() -> KernelChoice.prepared(parts, Device.gpu(0), null, workers))
                .isInstanceOf(SaeException.class)
                .hasMessage(
                        "This SAE cannot be prepared: it runs on the torchscript kernel, and only the vector kernel has"
                                + " a screen.");
        assertThatThrownBy(() -> KernelChoice.prepared(parts, Device.gpu(0), Kernel.VECTOR, workers))
                .isInstanceOf(SaeException.class)
                .hasMessage("The vector kernel was asked for, but it runs on the CPU, but the device is gpu(0).");
    }

    @Test
    void thatPredictsTokens() {
        ReferenceCase temporal = ReferenceCase.all().stream()
                .filter(reference -> reference.name().startsWith("temporal"))
                .findFirst()
                .orElseThrow();
        refuse(
                ReferenceSae.builder(temporal),
                SaeException.Reason.NOT_SUPPORTED,
                "This SAE cannot be prepared: it predicts each token from those before it.");
    }

    @Test
    void ofMatchingPursuit() {
        refuse(
                PursuitTest.builder(tiny(), MatchingPursuit.of(D_SAE).maxIterations(3)),
                SaeException.Reason.NOT_SUPPORTED,
                "This SAE cannot be prepared: matching pursuit multiplies with the decoder, step by step.");
    }

    @ParameterizedTest
    @EnumSource(
            names = {"TOPK_BY_DECODER_NORM", "TOPK_CHOSEN_BY_DECODER_NORM", "TOPK_KEEPING_NEGATIVE", "TOPK_BY_MAGNITUDE"
            })
    void thatKeepsTheStrongestByAnotherMeasure(PlainRule rule) {
        TinySae tiny = tiny().withRule(rule);
        int k = ((BlockRule) rule.activation(tiny)).mostActive();
        refuse(
                tiny.builder().kernel(Kernel.VECTOR),
                SaeException.Reason.NOT_SUPPORTED,
                "This SAE cannot be prepared: it keeps the " + k
                        + " strongest features of each token by another measure than their products.");
    }

    /** A feature that is above what it must be above, and not active for all that, would take the place of one that is. */
    @Test
    void whoseRuleOfItsOwnKeepsTheStrongest() {
        float[] zeros = new float[D_SAE];
        BlockRule rule = new BlockRule() {
            @Override
            public int dSae() {
                return D_SAE;
            }

            @Override
            public float[] bias() {
                return zeros.clone();
            }

            @Override
            public List<float[]> parameters() {
                return List.of();
            }

            @Override
            public float value(int feature, float h) {
                return h > feature ? h : 0;
            }

            @Override
            public float[] activeAbove() {
                return zeros.clone();
            }

            @Override
            public boolean keepsProducts() {
                return true;
            }

            @Override
            public int mostActive() {
                return 3;
            }
        };
        refuse(
                tiny().builder().activation(rule).kernel(Kernel.VECTOR),
                SaeException.Reason.NOT_SUPPORTED,
                "This SAE cannot be prepared: it keeps the 3 strongest features of each token by a rule that does not tell"
                        + " which features are active from what their products are above.");
    }

    @Test
    void whoseRuleDoesNotSayEnough() {
        float[] thresholds = new float[D_SAE];
        thresholds[7] = Float.POSITIVE_INFINITY;
        float[] huge = new float[D_SAE];
        Arrays.fill(huge, 3e38f);
        float[] gains = new float[D_SAE];
        Arrays.fill(gains, 10);
        for (Activation rule : List.of(
                JumpRelu.of(new float[D_SAE], thresholds),
                Gated.of(huge, new float[D_SAE], gains),
                TopK.of(D_SAE, new float[D_SAE]).keepingNegative())) {
            refuse(
                    tiny().builder().activation(rule).kernel(Kernel.VECTOR).allowNonFinite(true),
                    SaeException.Reason.NOT_SUPPORTED,
                    "This SAE cannot be prepared: its rule does not say what a product must be above for a feature to be"
                            + " active.");
        }
    }

    @Test
    void ofMoreThan2GiB() {
        int dIn = 1 << 14;
        int dSae = 1 << 17;
        // One buffer again and again; nobody reads it.
        WeightMatrix encoder = WeightMatrix.of(
                WeightType.BFLOAT16,
                dIn,
                dSae,
                Collections.nCopies(256, ByteBuffer.allocateDirect(dIn / 256 * dSae * Short.BYTES)));
        refuse(
                withoutDecoder(encoder),
                SaeException.Reason.TOO_LARGE,
                "This SAE cannot be prepared: its encoder in 8 bits takes 2147483648 bytes, but must be less than 2 GiB.");
    }

    @Test
    void ofMoreInputsThanSumsHold() {
        int dIn = 133_145;
        WeightMatrix encoder =
                WeightMatrix.of(WeightType.BFLOAT16, dIn, 1, List.of(ByteBuffer.allocateDirect(dIn * Short.BYTES)));
        refuse(
                withoutDecoder(encoder),
                SaeException.Reason.TOO_LARGE,
                "This SAE cannot be prepared: d_in is 133145, but sums of 8-bit products hold at most 133144 of them.");
    }

    /** All products are the largest there are, and their sum is just below what int32 holds. */
    @Test
    void butNotOfAsManyInputsAsSumsHold() {
        int dIn = 133_144;
        ByteBuffer ones = ByteBuffer.allocateDirect(dIn * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int k = 0; k < dIn; k++) {
            ones.putFloat(k * Float.BYTES, 1);
        }
        WeightMatrix encoder = WeightMatrix.of(WeightType.FLOAT32, dIn, 1, List.of(ones));
        float[][] x = new float[5][dIn];
        for (float[] token : x) {
            Arrays.fill(token, 1);
        }
        try (SparseAutoencoder sae = withoutDecoder(encoder).prepared(true).build()) {
            assertThat(sae.encode(x).toDense()).isDeepEqualTo(new float[][] {{dIn}, {dIn}, {dIn}, {dIn}, {dIn}});
        }
    }

    private static SaeBuilder withoutDecoder(WeightMatrix encoder) {
        int dSae = (int) encoder.columns();
        return SparseAutoencoder.builder(SaeConfig.builder(SaeArchitecture.STANDARD, (int) encoder.rows(), dSae)
                        .build())
                .encoder(encoder.takenAsFinite())
                .withoutDecoder("none is needed")
                .activation(Relu.of(new float[dSae]))
                .kernel(Kernel.VECTOR);
    }

    @Test
    void whereThereIsNoMemoryForTheCopies(@TempDir Path folder) throws Exception {
        ForkedJvm run = ForkedJvm.run(folder, LittleMemory.class, ForkedJvm.VECTORS, "-XX:MaxDirectMemorySize=6m");
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output())
                .contains(
                        "There is no memory outside the heap to prepare this SAE, which takes 5439488 bytes: start Java"
                                + " with a larger -XX:MaxDirectMemorySize, or do not prepare it.");
    }

    /** Prepares an SAE with little memory outside the heap. */
    static final class LittleMemory {

        private LittleMemory() {}

        public static void main(String[] args) {
            WeightMatrix encoder =
                    WeightMatrix.of(WeightType.FLOAT32, 64, 16_384, List.of(ByteBuffer.allocateDirect(1 << 22)));
            try {
                withoutDecoder(encoder).prepared(true).build().close();
            } catch (SaeException e) {
                System.out.println(e.reason() + " " + e.getMessage());
            }
        }
    }
}
