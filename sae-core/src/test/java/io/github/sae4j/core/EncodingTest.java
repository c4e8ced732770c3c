package io.github.sae4j.core;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class EncodingTest extends EachKernelTest {

    private static final int TOKENS = 7;

    static Stream<TinySae> everyTransformInEveryType() {
        return Stream.of(WeightType.values())
                .flatMap(type -> Stream.of(Normalization.values())
                        .flatMap(normalization -> Stream.of(true, false)
                                .map(subtract -> TinySae.of(
                                        // More features than a block holds, and not a multiple of it.
                                        TinySae.config(24, 1100, normalization, Reshape.NONE, subtract), type))));
    }

    @Test
    void takesTokensThatLieInOneArrayOrBuffer() {
        TinySae tiny = TinySae.of(24, 1100);
        try (SparseAutoencoder sae = tiny.open()) {
            for (WeightType type : WeightType.values()) {
                for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
                    ByteBuffer buffer = ByteBuffer.allocateDirect(3 + TOKENS * 24 * type.bytes() + 5)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .position(3);
                    float[] flat = new float[2 + TOKENS * 24 + 1];
                    float[][] rows = tiny.activations(TOKENS, 1);
                    for (int i = 0; i < TOKENS * 24; i++) {
                        int at = 3 + i * type.bytes();
                        type.put(buffer, at, rows[i / 24][i % 24]);
                        rows[i / 24][i % 24] = type.get(buffer, at);
                        flat[2 + i] = rows[i / 24][i % 24];
                    }
                    SparseFeatures expected = sae.encode(rows);
                    assertThat(sae.encode(flat, 2, TOKENS)).isEqualTo(expected);
                    // A buffer that nobody has set says big-endian, whatever bytes it was given.
                    buffer.order(order);
                    assertThat(sae.encode(buffer, type, TOKENS)).isEqualTo(expected);
                    assertThat(buffer.position()).isEqualTo(3);
                    assertThat(sae.encode(buffer, type, 0).tokens()).isZero();
                }
            }
        }
    }

    @Test
    void saysWhereAnArrayOrABufferEnds() {
        try (SparseAutoencoder sae = TinySae.of(24, 1100).open()) {
            assertThatThrownBy(() -> sae.encode(new float[72], 1, 3))
                    .hasMessage("activations has 72 values, but 3 tokens of d_in = 24 from 1 take 72.");
            assertThatThrownBy(() -> sae.encode(new float[72], -1, 1)).isInstanceOf(SaeException.class);
            assertThatThrownBy(() -> sae.encode(new float[72], 0, -1))
                    .hasMessage("The number of tokens must be 0 or more, but is -1.");
            assertThatThrownBy(() -> sae.encode(new float[72], 0, Integer.MAX_VALUE))
                    .isInstanceOf(SaeException.class);
            assertThatThrownBy(() -> sae.encode(ByteBuffer.allocate(99).position(4), WeightType.BFLOAT16, 2))
                    .hasMessage("activations has 95 bytes from its position on, but 2 tokens of d_in = 24 in bfloat16"
                            + " take 96.");
            assertThatThrownBy(() -> sae.encode(ByteBuffer.allocate(96), null, 2))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("type must not be null.");
        }
    }

    @ParameterizedTest
    @MethodSource("everyTransformInEveryType")
    void agreesWithThePlainMaths(TinySae tiny) {
        float[][] activations = tiny.activations(TOKENS, 1);
        try (SparseAutoencoder sae = tiny.open()) {
            SparseFeatures features = sae.encode(activations);
            assertThat(TinySae.flat(features.toDense())).is(closeTo(tiny.expectedFeatures(activations)));
            assertThat(TinySae.flat(sae.decode(features))).is(closeTo(tiny.expectedReconstruction(activations)));
            assertThat(TinySae.flat(sae.reconstruct(activations)))
                    .is(closeTo(tiny.expectedReconstruction(activations)));
        }
    }

    @ParameterizedTest
    @MethodSource("everyTransformInEveryType")
    void givesTheSameBitsDenseAndSparse(TinySae tiny) {
        float[] activations = TinySae.flat(tiny.activations(TOKENS, 2));
        try (SparseAutoencoder sae = tiny.open();
                NDManager manager = sae.newManager()) {
            NDArray x =
                    manager.create(activations, new Shape(TOKENS, tiny.config().dIn()));
            float[] dense = sae.encodeDense(x).toFloatArray();
            assertThat(TinySae.flat(sae.encode(x).toDense())).isEqualTo(dense);
        }
    }

    @ParameterizedTest
    @EnumSource(WeightType.class)
    void readsMatricesThatLieInSeveralBuffers(WeightType type) {
        TinySae whole = TinySae.of(TinySae.config(24, 600, Normalization.NONE, Reshape.NONE, true), type);
        float[][] activations = whole.activations(TOKENS, 3);
        try (SparseAutoencoder sae = whole.inParts(5).open()) {
            SparseFeatures features = sae.encode(activations);
            assertThat(TinySae.flat(features.toDense())).is(closeTo(whole.expectedFeatures(activations)));
            assertThat(TinySae.flat(sae.decode(features))).is(closeTo(whole.expectedReconstruction(activations)));
        }
    }

    @Test
    void keepsLeadingAxesAndTheOwnerOfTheInput() {
        TinySae tiny = TinySae.of(16, 40);
        float[] activations = TinySae.flat(tiny.activations(6, 4));
        try (SparseAutoencoder sae = tiny.open();
                NDManager manager = sae.newManager()) {
            NDArray x = manager.create(activations, new Shape(2, 1, 3, 16));
            NDArray dense = sae.encodeDense(x);
            assertThat(dense.getShape()).isEqualTo(new Shape(2, 1, 3, 40));
            assertThat(dense.getManager()).isSameAs(manager);
            SparseFeatures features = sae.encode(x);
            assertThat(features.shape()).containsExactly(2, 1, 3, 40);
            NDArray back = sae.decode(features, manager);
            assertThat(back.getShape()).isEqualTo(new Shape(2, 1, 3, 16));
            assertThat(back.getManager()).isSameAs(manager);
            NDArray reconstruction = sae.reconstruct(x);
            assertThat(reconstruction.getManager()).isSameAs(manager);
            assertThat(reconstruction.toFloatArray()).isEqualTo(back.toFloatArray());
            NDForwardPass pass = sae.forward(x);
            assertThat(pass.features()).isEqualTo(features);
            assertThat(pass.reconstruction().getManager()).isSameAs(manager);
            assertThat(pass.reconstruction().getShape()).isEqualTo(x.getShape());
            assertThat(pass.reconstruction().toFloatArray()).isEqualTo(back.toFloatArray());
            int arrays = manager.getManagedArrays().size();
            pass.close();
            assertThat(manager.getManagedArrays()).hasSize(arrays - 1);
        }
    }

    @Test
    void takesASingleTokenWithoutLeadingAxis() {
        TinySae tiny = TinySae.of(16, 40);
        float[] activation = tiny.activations(1, 5)[0];
        try (SparseAutoencoder sae = tiny.open();
                NDManager manager = sae.newManager()) {
            assertThat(sae.encodeDense(manager.create(activation)).getShape()).isEqualTo(new Shape(40));
            assertThat(sae.encode(activation).shape()).containsExactly(40);
            assertThat(sae.reconstruct(activation))
                    .is(closeTo(tiny.expectedReconstruction(new float[][] {activation})));
        }
    }

    @Test
    void takesNoTokensAtAll() {
        try (SparseAutoencoder sae = TinySae.of(16, 40).open();
                NDManager manager = sae.newManager()) {
            NDArray none = manager.create(new Shape(3, 0, 16));
            assertThat(sae.encodeDense(none).getShape()).isEqualTo(new Shape(3, 0, 40));
            SparseFeatures features = sae.encode(none);
            assertThat(features.shape()).containsExactly(3, 0, 40);
            assertThat(features.l0()).isZero();
            assertThat(sae.decode(features, manager).getShape()).isEqualTo(new Shape(3, 0, 16));
            assertThat(sae.reconstruct(none).getShape()).isEqualTo(new Shape(3, 0, 16));
            assertThat(sae.forward(none).features()).isEqualTo(features);
            assertThat(sae.decode(sae.encodeDense(none)).getShape()).isEqualTo(new Shape(3, 0, 16));
            assertThat(sae.encode(new float[0][]).tokens()).isZero();
            assertThat(sae.decode(sae.encode(new float[0][]))).isEmpty();
        }
    }

    @Test
    void encodesMoreTokensThanAChunkHolds() {
        TinySae tiny =
                TinySae.of(TinySae.config(8, 20, Normalization.LAYER_NORM, Reshape.NONE, true), WeightType.BFLOAT16);
        float[][] activations = tiny.activations(2500, 6);
        try (SparseAutoencoder sae = tiny.open()) {
            SparseFeatures features = sae.encode(activations);
            assertThat(TinySae.flat(features.toDense())).is(closeTo(tiny.expectedFeatures(activations)));
            assertThat(TinySae.flat(sae.decode(features))).is(closeTo(tiny.expectedReconstruction(activations)));
        }
    }

    @Test
    void takesMoreValuesThanGoToTheEngineAtOnce() {
        TinySae tiny = TinySae.of(
                TinySae.config(1 << 21, 3, Normalization.CONSTANT_NORM_RESCALE, Reshape.NONE, false),
                WeightType.FLOAT32);
        float[][] activations = tiny.activations(17, 15);
        for (float[] activation : activations) {
            // Sums of millions of float32 numbers would be too far from those in float64.
            Arrays.fill(activation, 24, activation.length, 0);
        }
        try (SparseAutoencoder sae = tiny.open()) {
            SparseFeatures features = sae.encode(activations);
            assertThat(features.shape()).containsExactly(17, 3);
            assertThat(TinySae.flat(features.toDense())).is(closeTo(tiny.expectedFeatures(activations)));
            assertThat(TinySae.flat(sae.decode(features))).is(closeTo(tiny.expectedReconstruction(activations)));
        }
    }

    @Test
    void saysWhichRowIsNotFiniteHoweverManyThereAre() {
        TinySae tiny = TinySae.of(4096, 1);
        float[] bad = new float[4096];
        bad[7] = Float.NaN;
        // More than go to the engine at once, all but the last the same.
        float[][] activations = new float[4100][];
        Arrays.fill(activations, new float[4096]);
        activations[4099] = bad;
        try (SparseAutoencoder sae = tiny.open()) {
            for (Consumer<float[][]> call : List.<Consumer<float[][]>>of(sae::encode, sae::reconstruct)) {
                assertThatThrownBy(() -> call.accept(activations))
                        .isInstanceOf(SaeException.class)
                        .hasMessage("The activations hold NaN or infinity at row 4099, column 7. Values must be finite"
                                + " unless the SAE was opened to allow others.");
            }
        }
    }

    @Test
    void decodesMoreActiveFeaturesThanGoToTheEngineAtOnce() {
        int tokens = 4200;
        int dSae = 4096;
        TinySae tiny = TinySae.of(4, dSae);
        int[] offsets = new int[tokens + 1];
        Arrays.setAll(offsets, token -> token * dSae);
        int[] indices = new int[tokens * dSae];
        Arrays.setAll(indices, at -> at % dSae);
        float[] values = new float[tokens * dSae];
        for (int at = 0; at < values.length; at++) {
            values[at] = indices[at] / 2048 + 1;
        }
        SparseFeatures features =
                SparseFeatures.of(dSae, new long[] {tokens}, offsets, indices, values, InverseTransform.identity());
        double[] sums = new double[4];
        for (int feature = 0; feature < dSae; feature++) {
            for (int i = 0; i < 4; i++) {
                sums[i] += (double) tiny.wDec()[feature][i] * (feature / 2048 + 1);
            }
        }
        float[] expected = new float[4];
        for (int i = 0; i < 4; i++) {
            expected[i] = (float) (sums[i] + tiny.bDec()[i]);
        }
        try (SparseAutoencoder sae = tiny.open()) {
            float[][] decoded = sae.decode(features);
            assertThat(decoded).hasDimensions(tokens, 4);
            for (float[] token : decoded) {
                assertThat(token).is(closeTo(expected));
            }
        }
    }

    @Test
    void keepsItsWeightsWhenAScopeThatItWasOpenedInEnds() {
        TinySae tiny = TinySae.of(TinySae.config(16, 40, Normalization.NONE, Reshape.NONE, true), WeightType.BFLOAT16);
        float[][] activations = tiny.activations(3, 16);
        SparseAutoencoder opened;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            opened = tiny.open();
            opened.encode(activations);
        }
        try (SparseAutoencoder sae = opened) {
            assertThat(TinySae.flat(sae.reconstruct(activations)))
                    .is(closeTo(tiny.expectedReconstruction(activations)));
        }
    }

    @Test
    void readsHalfPrecisionActivations() {
        TinySae tiny = TinySae.of(16, 40);
        float[] activation = tiny.activations(1, 7)[0];
        try (SparseAutoencoder sae = tiny.open();
                NDManager manager = sae.newManager()) {
            NDArray half = manager.create(activation).toType(DataType.FLOAT16, false);
            float[] rounded = half.toType(DataType.FLOAT32, false).toFloatArray();
            assertThat(sae.encodeDense(half).toFloatArray())
                    .is(closeTo(tiny.expectedFeatures(new float[][] {rounded})));
            assertThat(sae.encodeDense(half).getDataType()).isEqualTo(DataType.FLOAT32);
        }
    }

    @Test
    void readsArraysThatAreNotContiguous() {
        TinySae tiny = TinySae.of(16, 40);
        float[][] activations = tiny.activations(3, 8);
        try (SparseAutoencoder sae = tiny.open();
                NDManager manager = sae.newManager()) {
            NDArray transposed = manager.create(TinySae.flat(activations), new Shape(3, 16))
                    .transpose()
                    .duplicate()
                    .transpose();
            assertThat(sae.encodeDense(transposed).toFloatArray()).is(closeTo(tiny.expectedFeatures(activations)));
        }
    }

    @Test
    void laysHeadsSideBySideAndTakesThemApart() {
        TinySae tiny = TinySae.of(TinySae.config(24, 40, Normalization.NONE, Reshape.HOOK_Z, true), WeightType.FLOAT32);
        float[][] activations = tiny.activations(6, 9);
        float[] flat = TinySae.flat(activations);
        try (SparseAutoencoder sae = tiny.open();
                NDManager manager = sae.newManager()) {
            NDArray heads = manager.create(flat, new Shape(2, 3, 4, 6));
            assertThat(sae.encodeDense(heads).getShape()).isEqualTo(new Shape(2, 3, 40));
            NDArray back = sae.reconstruct(heads);
            assertThat(back.getShape()).isEqualTo(new Shape(2, 3, 4, 6));
            assertThat(back.toFloatArray()).is(closeTo(tiny.expectedReconstruction(activations)));
            NDArray dense = sae.decode(sae.encodeDense(heads), sae.inverseTransform(heads));
            assertThat(dense.getShape()).isEqualTo(new Shape(2, 3, 4, 6));
            NDArray alreadyFlat = manager.create(flat, new Shape(6, 24));
            assertThat(sae.reconstruct(alreadyFlat).getShape()).isEqualTo(new Shape(6, 24));
            assertThat(sae.reconstruct(manager.create(new Shape(2, 0, 4, 6))).getShape())
                    .isEqualTo(new Shape(2, 0, 4, 6));
        }
    }

    @Test
    void leavesATokenOfZerosAtZeroWhenItsNormIsRescaled() {
        TinySae tiny = TinySae.of(
                TinySae.config(16, 40, Normalization.CONSTANT_NORM_RESCALE, Reshape.NONE, false), WeightType.FLOAT32);
        try (SparseAutoencoder sae = tiny.open()) {
            for (float value : sae.reconstruct(new float[16])) {
                assertThat(Math.abs(value)).isZero();
            }
        }
    }

    @Test
    void doesNotLetTheNeighboursOfATokenChangeItsReconstruction() {
        TinySae tiny =
                TinySae.of(TinySae.config(24, 1100, Normalization.NONE, Reshape.NONE, true), WeightType.BFLOAT16);
        float[][] activations = tiny.activations(9, 10);
        try (SparseAutoencoder sae = tiny.open()) {
            SparseFeatures all = sae.encode(activations);
            int end = all.rowOffsets().get(5);
            int begin = all.rowOffsets().get(4);
            int[] indices = new int[end - begin];
            float[] values = new float[end - begin];
            all.indices().position(begin).get(indices);
            all.values().position(begin).get(values);
            SparseFeatures alone = SparseFeatures.of(
                    1100, new long[0], new int[] {0, end - begin}, indices, values, InverseTransform.identity());
            assertThat(sae.decode(alone)[0]).isEqualTo(sae.decode(all)[4]);
        }
    }

    @Test
    void decodesDenseFeaturesWhetherFewOrMostAreActive() {
        TinySae tiny =
                TinySae.of(TinySae.config(24, 1100, Normalization.NONE, Reshape.NONE, true), WeightType.BFLOAT16);
        try (SparseAutoencoder sae = tiny.open();
                NDManager manager = sae.newManager()) {
            NDArray most = sae.encodeDense(manager.create(TinySae.flat(tiny.activations(3, 11)), new Shape(3, 24)));
            float[] few = new float[2 * 1100];
            few[17] = 1.5f;
            few[1100 + 1099] = -0.25f;
            for (NDArray features : List.of(most, manager.create(few, new Shape(2, 1100)))) {
                float[] values = features.toFloatArray();
                int tokens = values.length / 1100;
                float[] expected = new float[tokens * 24];
                for (int token = 0; token < tokens; token++) {
                    for (int i = 0; i < 24; i++) {
                        double sum = tiny.bDec()[i];
                        for (int feature = 0; feature < 1100; feature++) {
                            sum += (double) values[token * 1100 + feature] * tiny.wDec()[feature][i];
                        }
                        expected[token * 24 + i] = (float) sum;
                    }
                }
                assertThat(sae.decode(features).toFloatArray()).is(closeTo(expected));
            }
        }
    }

    @Test
    void decodesDenseFeaturesOfNormalisedTokensWithTheirScale() {
        TinySae tiny =
                TinySae.of(TinySae.config(24, 80, Normalization.LAYER_NORM, Reshape.NONE, true), WeightType.FLOAT16);
        float[][] activations = tiny.activations(4, 12);
        try (SparseAutoencoder sae = tiny.open();
                NDManager manager = sae.newManager()) {
            NDArray x = manager.create(TinySae.flat(activations), new Shape(4, 24));
            NDArray back = sae.decode(sae.encodeDense(x), sae.inverseTransform(x));
            assertThat(back.toFloatArray()).is(closeTo(tiny.expectedReconstruction(activations)));
        }
    }

    @Test
    void letsValuesThatAreNotFiniteThroughOnRequest() {
        TinySae tiny = TinySae.of(16, 40);
        float[][] activations = tiny.activations(2, 13);
        activations[1][3] = Float.NaN;
        try (SparseAutoencoder sae = tiny.builder().allowNonFinite(true).build()) {
            float[][] dense = sae.encode(activations).toDense();
            assertThat(dense[0]).is(closeTo(tiny.expectedFeatures(Arrays.copyOf(activations, 1))));
            for (float value : dense[1]) {
                assertThat(value).isNaN();
            }
        }
    }

    @Test
    void makesResultsThatTheCallerMayChange() {
        TinySae tiny = TinySae.of(16, 40);
        try (SparseAutoencoder sae = tiny.open();
                NDManager manager = sae.newManager()) {
            NDArray x = manager.create(tiny.activations(1, 14)[0]);
            assertThat(sae.encodeDense(x).muli(0).sum().getFloat()).isZero();
            assertThat(sae.reconstruct(x).muli(0).sum().getFloat()).isZero();
        }
    }
}
