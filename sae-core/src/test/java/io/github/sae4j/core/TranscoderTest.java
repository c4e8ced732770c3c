package io.github.sae4j.core;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Transcoders decode to another place in the model, maybe of another width, and may have a skip term. */
class TranscoderTest extends EachKernelTest {

    private static final int D_IN = 24;
    private static final int D_OUT = 700;

    private static TinySae tiny(int dOut, WeightType type, Normalization normalization) {
        return TinySae.of(TinySae.transcoder(D_IN, 600, dOut, normalization), type);
    }

    /** Few features, for what matters here are the skip term's blocks of outputs and tokens. */
    private static TinySae skipping(WeightType type) {
        return TinySae.of(TinySae.transcoder(D_IN, 40, D_OUT, Normalization.LAYER_NORM), type);
    }

    @ParameterizedTest
    @EnumSource(Normalization.class)
    void undoesNothingOfItsInputTransform(Normalization normalization) {
        TinySae tiny = tiny(10, WeightType.FLOAT32, normalization);
        float[][] activations = tiny.activations(5, 1);
        try (SparseAutoencoder sae = tiny.open();
                NDManager manager = sae.newManager()) {
            SparseFeatures features = sae.encode(activations);
            assertThat(TinySae.flat(features.toDense())).is(closeTo(tiny.expectedFeatures(activations)));
            assertThat(features.inverseTransform().scale()).isEmpty();
            assertThat(features.inverseTransform().shift()).isEmpty();
            float[] expected = tiny.expectedReconstruction(activations);
            assertThat(TinySae.flat(sae.decode(features))).is(closeTo(expected));
            NDArray x = manager.create(TinySae.flat(activations), new Shape(5, D_IN));
            NDArray decoded = sae.decode(sae.encodeDense(x));
            assertThat(decoded.getShape()).isEqualTo(new Shape(5, 10));
            assertThat(decoded.toFloatArray()).is(closeTo(expected));
            assertThat(sae.decode(sae.encodeDense(x), sae.inverseTransform(x)).toFloatArray())
                    .is(closeTo(expected));
            assertThat(sae.reconstruct(x).toFloatArray()).is(closeTo(expected));
        }
    }

    @Test
    void doesNotLayHeadsSideBySide() {
        try (SparseAutoencoder sae =
                        tiny(D_IN, WeightType.FLOAT32, Normalization.NONE).open();
                NDManager manager = sae.newManager()) {
            NDArray heads = manager.ones(new Shape(2, 4, 6));
            assertThatThrownBy(() -> sae.encode(heads))
                    .isInstanceOf(SaeException.class)
                    .hasMessageContaining("the last axis must be d_in = 24");
        }
    }

    static Stream<WeightMatrix> skipMatrices() {
        float[][] rows = skipRows();
        return Stream.of(WeightType.values())
                .flatMap(type -> Stream.of(1, 3).flatMap(parts -> {
                    TinySae storing = skipping(type).inParts(parts);
                    return Stream.of(
                            storing.stored(rows),
                            storing.stored(TinySae.transpose(rows)).transposed());
                }));
    }

    /** Values that every type holds. */
    private static float[][] skipRows() {
        SplittableRandom random = new SplittableRandom(5);
        float[][] rows = new float[D_OUT][D_IN];
        for (float[] row : rows) {
            for (int column = 0; column < D_IN; column++) {
                row[column] = random.nextInt(-8, 9) / 8f;
            }
        }
        return rows;
    }

    @ParameterizedTest
    @MethodSource("skipMatrices")
    void addsTheSkipTermOfRawActivationsToReconstructionsAlone(WeightMatrix skip) {
        TinySae tiny = skipping(skip.type());
        float[][] rows = skipRows();
        for (int tokens : new int[] {1, 1025}) {
            float[][] activations = tiny.activations(tokens, 2);
            float[] decoded = tiny.expectedReconstruction(activations);
            float[] reconstruction = decoded.clone();
            for (int token = 0; token < tokens; token++) {
                for (int i = 0; i < D_OUT; i++) {
                    double sum = 0;
                    for (int j = 0; j < D_IN; j++) {
                        sum += (double) activations[token][j] * rows[i][j];
                    }
                    reconstruction[token * D_OUT + i] += (float) sum;
                }
            }
            try (SparseAutoencoder sae = tiny.builder().skip(skip).build();
                    NDManager manager = sae.newManager()) {
                NDArray x = manager.create(TinySae.flat(activations), new Shape(tokens, D_IN));
                NDForwardPass pass = sae.forward(x);
                assertThat(pass.features()).isEqualTo(sae.encode(x));
                assertThat(pass.reconstruction().toFloatArray()).is(closeTo(reconstruction));
                assertThat(TinySae.flat(sae.reconstruct(activations))).is(closeTo(reconstruction));
                assertThat(sae.decode(sae.encodeDense(x)).toFloatArray()).is(closeTo(decoded));
                assertThat(TinySae.flat(sae.decode(sae.encode(activations)))).is(closeTo(decoded));
            }
        }
    }

    @Test
    void refusesToSubtractTheOutputsBiasFromTheInput() {
        SaeConfig config = SaeConfig.builder(SaeArchitecture.JUMPRELU_TRANSCODER, 2, 3)
                .applyBDecToInput(true)
                .build();
        SaeBuilder builder = SparseAutoencoder.builder(config)
                .encoder(WeightMatrix.of(new float[2][3]))
                .decoder(WeightMatrix.of(new float[3][2]))
                .decoderBias(new float[2])
                .activation(Relu.of(new float[3]));
        assertThatThrownBy(builder::build)
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("b_dec cannot be subtracted from the input of a jumprelu_transcoder");
    }
}
