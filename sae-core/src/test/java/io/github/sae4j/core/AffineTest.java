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
import org.junit.jupiter.params.provider.MethodSource;

/** Each element of an activation is moved and scaled before all else, and each of a decoded one after all else. */
class AffineTest extends EachKernelTest {

    private static final int D_IN = 24;
    private static final int TOKENS = 5;

    private final float[] centre = values(1, 0.5, 0);
    private final float[] gain = values(2, 0.5, 1.5);
    private final float[] outputGain = values(3, 0.5, 2);
    private final float[] outputOffset = values(4, 1, 0);

    private static float[] values(long seed, double spread, double mean) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[D_IN];
        for (int i = 0; i < D_IN; i++) {
            values[i] = (float) (random.nextGaussian() * spread + mean);
        }
        return values;
    }

    static Stream<TinySae> everyType() {
        return Stream.of(WeightType.values())
                .flatMap(type -> Stream.of(Normalization.NONE, Normalization.LAYER_NORM)
                        .map(normalization ->
                                TinySae.of(TinySae.config(D_IN, 600, normalization, Reshape.NONE, true), type)));
    }

    private SaeBuilder transformed(TinySae tiny) {
        return tiny.builder().inputAffine(centre, gain).outputAffine(outputGain, outputOffset);
    }

    private float[][] moved(float[][] activations) {
        float[][] moved = new float[activations.length][D_IN];
        for (int token = 0; token < moved.length; token++) {
            for (int i = 0; i < D_IN; i++) {
                moved[token][i] = (float) (((double) activations[token][i] - centre[i]) * gain[i]);
            }
        }
        return moved;
    }

    private float[] movedBack(float[] decoded) {
        float[] moved = new float[decoded.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = (float) ((double) decoded[i] * outputGain[i % D_IN] + outputOffset[i % D_IN]);
        }
        return moved;
    }

    @ParameterizedTest
    @MethodSource("everyType")
    void agreesWithThePlainMathsInEveryForm(TinySae tiny) {
        float[][] activations = tiny.activations(TOKENS, 1);
        float[] features = tiny.expectedFeatures(moved(activations));
        float[] reconstruction = movedBack(tiny.expectedReconstruction(moved(activations)));
        try (SparseAutoencoder sae = transformed(tiny).build();
                NDManager manager = sae.newManager()) {
            SparseFeatures sparse = sae.encode(activations);
            assertThat(TinySae.flat(sparse.toDense())).is(closeTo(features));
            assertThat(TinySae.flat(sae.decode(sparse))).is(closeTo(reconstruction));
            assertThat(TinySae.flat(sae.reconstruct(activations))).is(closeTo(reconstruction));

            NDArray x = manager.create(TinySae.flat(activations), new Shape(TOKENS, D_IN));
            NDArray dense = sae.encodeDense(x);
            assertThat(dense.toFloatArray())
                    .isEqualTo(TinySae.flat(sae.encode(x).toDense()));
            assertThat(dense.toFloatArray()).is(closeTo(features));
            assertThat(sae.decode(dense, sae.inverseTransform(x)).toFloatArray())
                    .is(closeTo(reconstruction));
            assertThat(sae.reconstruct(x).toFloatArray()).is(closeTo(reconstruction));
            assertThat(x.toFloatArray()).isEqualTo(TinySae.flat(activations));

            NDArray most = dense.add(0.5f);
            float[] expected = movedBack(tiny.expectedDecoding(moved(activations), most.toFloatArray()));
            assertThat(sae.decode(most, sae.inverseTransform(x)).toFloatArray()).is(closeTo(expected));
        }
    }

    @Test
    void leavesTheSkipTermToTheActivationsAsTheyComeIn() {
        SaeConfig config = TinySae.transcoder(D_IN, 600, D_IN, Normalization.NONE);
        TinySae tiny = TinySae.of(config, WeightType.FLOAT32);
        float[][] activations = tiny.activations(TOKENS, 2);
        float[] expected = movedBack(tiny.expectedReconstruction(moved(activations)));
        float[][] twice = new float[D_IN][D_IN];
        for (int i = 0; i < D_IN; i++) {
            twice[i][i] = 2;
        }
        for (int i = 0; i < expected.length; i++) {
            expected[i] += 2 * activations[i / D_IN][i % D_IN];
        }
        try (SparseAutoencoder sae =
                transformed(tiny).skip(WeightMatrix.of(twice)).build()) {
            assertThat(TinySae.flat(sae.reconstruct(activations))).is(closeTo(expected));
        }
    }

    @Test
    void showsWhatItTransforms() {
        try (SparseAutoencoder sae = transformed(TinySae.of(D_IN, 40)).build()) {
            InputAffine input = sae.parts().inputAffine().orElseThrow();
            OutputAffine output = sae.parts().outputAffine().orElseThrow();
            assertThat(input.centre()).isEqualTo(centre);
            assertThat(input.gain()).isEqualTo(gain);
            assertThat(output.gain()).isEqualTo(outputGain);
            assertThat(output.offset()).isEqualTo(outputOffset);
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        TinySae tiny = TinySae.of(D_IN, 40);
        assertThatThrownBy(() -> tiny.builder().inputAffine(centre, new float[3]))
                .hasMessage("gain has 3 values, but centre has 24.");
        assertThatThrownBy(() ->
                        tiny.builder().inputAffine(new float[3], new float[3]).build())
                .hasMessage("The input's affine transform is for 3 values, but must be for d_in = 24.");
        float[] infinite = gain.clone();
        infinite[7] = Float.POSITIVE_INFINITY;
        assertThatThrownBy(() -> tiny.builder().inputAffine(centre, infinite).build())
                .hasMessage("The gain of the input's affine transform is Infinity at [7], but must be finite.");
        assertThatThrownBy(() -> transformed(tiny).normScalingFactor(2).build())
                .hasMessageContaining("goes with no affine transform");
        assertThatThrownBy(() -> SparseAutoencoder.builder(tiny.config())
                        .decoder(tiny.stored(tiny.wDec()))
                        .decoderBias(tiny.bDec())
                        .activation(MatchingPursuit.of(40))
                        .inputAffine(centre, gain)
                        .build())
                .hasMessageContaining("go with no affine transform");
    }
}
