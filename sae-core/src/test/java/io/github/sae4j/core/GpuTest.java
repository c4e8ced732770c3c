package io.github.sae4j.core;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static io.github.sae4j.fixtures.Closeness.relativeError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What must hold on CUDA too; skipped where the engine sees no GPU. */
@Tag("gpu")
class GpuTest {

    @BeforeEach
    void needAGpu() {
        assumeTrue(Engine.getEngine("PyTorch").getGpuCount() > 0, "the PyTorch engine sees no GPU");
    }

    @Test
    void choosesTheGpuUnlessToldOtherwise() {
        TinySae tiny = TinySae.of(24, 80);
        try (SparseAutoencoder chosen = tiny.open();
                SparseAutoencoder told = tiny.builder().device(Device.cpu()).build()) {
            assertThat(chosen.device()).isEqualTo(Device.gpu());
            assertThat(told.device()).isEqualTo(Device.cpu());
        }
    }

    @Test
    void agreesWithThePlainMathsInFloat32() {
        TinySae tiny =
                TinySae.of(TinySae.config(24, 9000, Normalization.LAYER_NORM, Reshape.NONE, true), WeightType.FLOAT32);
        float[][] activations = tiny.activations(5, 1);
        try (SparseAutoencoder sae = tiny.open()) {
            SparseFeatures features = sae.encode(activations);
            assertThat(TinySae.flat(features.toDense())).is(closeTo(tiny.expectedFeatures(activations)));
            assertThat(TinySae.flat(sae.decode(features))).is(closeTo(tiny.expectedReconstruction(activations)));
        }
    }

    @ParameterizedTest
    @EnumSource(PlainRule.class)
    void agreesWithThePlainMathsForEveryRule(PlainRule rule) {
        TinySae tiny = TinySae.of(TinySae.config(24, 9000, Normalization.NONE, Reshape.NONE, true), WeightType.FLOAT32)
                .withRule(rule);
        float[][] activations = tiny.activations(5, 4);
        for (boolean transposed : new boolean[] {false, true}) {
            try (SparseAutoencoder sae = tiny.lyingTransposed(transposed, transposed)
                            .inParts(3)
                            .open();
                    NDManager manager = sae.newManager()) {
                NDArray x = manager.create(TinySae.flat(activations), new Shape(5, 24));
                float[] dense = sae.encodeDense(x).toFloatArray();
                assertThat(dense).is(closeTo(tiny.expectedFeatures(activations)));
                assertThat(TinySae.flat(sae.encode(x).toDense())).isEqualTo(dense);
                assertThat(sae.reconstruct(x).toFloatArray()).is(closeTo(tiny.expectedReconstruction(activations)));
            }
        }
    }

    @Test
    void multipliesInTheStoredTypeWithinItsPrecision() {
        TinySae tiny =
                TinySae.of(TinySae.config(24, 9000, Normalization.NONE, Reshape.NONE, true), WeightType.BFLOAT16);
        float[][] activations = tiny.activations(5, 2);
        try (SparseAutoencoder sae = tiny.inParts(3).open();
                NDManager manager = sae.newManager()) {
            NDArray x = manager.create(TinySae.flat(activations), new Shape(5, 24));
            float[] dense = sae.encodeDense(x).toFloatArray();
            // bfloat16 has 8 bits of precision, and 24 rounded inputs are summed.
            assertThat(relativeError(dense, tiny.expectedFeatures(activations))).isLessThan(1.0 / 64);
            assertThat(TinySae.flat(sae.encode(x).toDense())).isEqualTo(dense);
            assertThat(sae.reconstruct(x).getDevice()).isEqualTo(Device.gpu());
        }
    }

    @Test
    void takesActivationsFromTheCpu() {
        TinySae tiny = TinySae.of(24, 80);
        float[][] activations = tiny.activations(5, 3);
        try (SparseAutoencoder sae = tiny.open();
                NDManager cpu = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            NDArray x = cpu.create(TinySae.flat(activations), new Shape(5, 24)).toType(DataType.FLOAT32, false);
            assertThat(TinySae.flat(sae.encode(x).toDense())).is(closeTo(tiny.expectedFeatures(activations)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 64, 511, 512, 5000})
    void findsTheSameStrongestFeaturesAsTheCpu(int k) {
        TinySae tiny = integers(9000);
        assertSameFeatures(tiny, TopK.of(k, tiny.bEnc()), rows(5, 24, 3));
    }

    @Test
    void findsTheSameActiveFeaturesAsTheCpuInEveryChunk() {
        TinySae tiny = integers(9000);
        assertSameFeatures(tiny, JumpRelu.of(tiny.bEnc(), 30), rows(4200, 24, 4));
    }

    /** An SAE of small integers: its products are exact on every device, and many features are equal. */
    private static TinySae integers(int dSae) {
        return TinySae.of(TinySae.config(24, dSae, Normalization.NONE, Reshape.NONE, false), WeightType.FLOAT32)
                .withEncoder(rows(24, dSae, 1), rows(1, dSae, 2)[0]);
    }

    private static float[][] rows(int rows, int columns, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] all = new float[rows][columns];
        for (float[] row : all) {
            for (int i = 0; i < columns; i++) {
                row[i] = random.nextInt(-2, 3);
            }
        }
        return all;
    }

    private static void assertSameFeatures(TinySae tiny, Activation rule, float[][] activations) {
        try (SparseAutoencoder gpu = tiny.builder().activation(rule).build();
                SparseAutoencoder cpu =
                        tiny.builder().activation(rule).device(Device.cpu()).build()) {
            SparseFeatures found = gpu.encode(activations);
            SparseFeatures expected = cpu.encode(activations);
            assertThat(found.rowOffsets()).isEqualTo(expected.rowOffsets());
            assertThat(found.indices()).isEqualTo(expected.indices());
            assertThat(found.values()).isEqualTo(expected.values());
        }
    }
}
