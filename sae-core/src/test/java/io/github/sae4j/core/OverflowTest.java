package io.github.sae4j.core;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sums that overflow are refused with their place, unless they are let through. */
class OverflowTest extends EachKernelTest {

    private static final int D_IN = 24;
    private static final int D_SAE = 600;
    private static final float LARGE = 3e38f;

    /** Feature 577 is 4 times the first element, which is 0 in all rows but the sixth; it decodes to column 3, doubled. */
    private static SaeBuilder builder(Activation rule) {
        float[][] encoder = new float[D_IN][D_SAE];
        encoder[0][577] = 4;
        float[][] decoder = new float[D_SAE][D_IN];
        decoder[577][3] = 2;
        return EachKernelTest.withKernel(
                SparseAutoencoder.builder(TinySae.config(D_IN, D_SAE, Normalization.NONE, Reshape.NONE, false))
                        .encoder(WeightMatrix.of(encoder))
                        .decoder(WeightMatrix.of(decoder))
                        .decoderBias(new float[D_IN])
                        .activation(rule));
    }

    private static List<Activation> rules() {
        float[] bias = new float[D_SAE];
        return List.of(Relu.of(bias), TopK.of(3, bias), TopK.of(3, bias).byMagnitude(), GroupMax.of(6, bias));
    }

    private static float[][] rows(float large) {
        float[][] rows = new float[7][D_IN];
        rows[5][0] = large;
        return rows;
    }

    private static void refuses(String sentence, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(SaeException.class).hasMessageStartingWith(sentence);
    }

    @Test
    void ofFeaturesAreRefusedWithRowAndFeature() {
        String sentence = "Feature 577 of row 5 comes out as NaN or infinity";
        for (Activation rule : rules()) {
            try (SparseAutoencoder sae = builder(rule).build();
                    NDManager manager = sae.newManager()) {
                NDArray x = manager.create(TinySae.flat(rows(LARGE)), new Shape(7, D_IN));
                refuses(sentence, () -> sae.encode(rows(LARGE)));
                refuses(sentence, () -> sae.encode(x));
                refuses(sentence, () -> sae.encode(x));
                refuses(sentence, () -> sae.reconstruct(x));
                refuses(sentence, () -> sae.reconstruct(rows(LARGE)));
                assertThat(sae.encode(rows(1)).value(5, 577)).isEqualTo(4);
            }
        }
    }

    @Test
    void ofDecodedActivationsAreRefusedWithRowAndColumn() {
        String sentence = "Column 3 of row 5 comes out as NaN or infinity when decoded";
        // A quarter of it is a feature that is finite, and twice that is not.
        float quarter = LARGE / 4;
        try (SparseAutoencoder sae = builder(Relu.of(new float[D_SAE])).build();
                NDManager manager = sae.newManager()) {
            NDArray x = manager.create(TinySae.flat(rows(quarter)), new Shape(7, D_IN));
            SparseFeatures features = sae.encode(rows(quarter));
            refuses(sentence, () -> sae.decode(features));
            refuses(sentence, () -> sae.decode(features, manager));
            refuses(sentence, () -> sae.reconstruct(rows(quarter)));
            refuses(sentence, () -> sae.reconstruct(x));
            NDArray few = sae.encodeDense(x);
            refuses(sentence, () -> sae.decode(few));
            refuses(sentence, () -> sae.decode(few.add(1)));
        }
    }

    @Test
    void ofASkipTermAreRefused() {
        float[][] skip = new float[D_IN][D_IN];
        skip[2][0] = 2;
        try (SparseAutoencoder sae = builder(TopK.of(1, new float[D_SAE]))
                        .encoder(WeightMatrix.of(new float[D_IN][D_SAE]))
                        .skip(WeightMatrix.of(skip))
                        .build();
                NDManager manager = sae.newManager()) {
            NDArray x = manager.create(TinySae.flat(rows(LARGE)), new Shape(7, D_IN));
            refuses("Column 2 of row 5 comes out", () -> sae.reconstruct(x));
            refuses("Column 2 of row 5 comes out", () -> sae.reconstruct(rows(LARGE)));
        }
    }

    /** Sums of squares in float64 hold any activation; libtorch takes norms in float32, and what that cannot hold is not 0. */
    @ParameterizedTest
    @EnumSource(
            value = Normalization.class,
            names = {"CONSTANT_NORM_RESCALE", "LAYER_NORM"})
    void ofNormsAreRightOrRefused(Normalization normalization) {
        TinySae tiny = TinySae.of(TinySae.config(D_IN, D_SAE, normalization, Reshape.NONE, false), WeightType.FLOAT32);
        float[][] x = tiny.activations(7, 1);
        for (int i = 0; i < D_IN; i++) {
            x[5][i] *= 1e25f;
        }
        float[] expected = tiny.expectedFeatures(x);
        try (SparseAutoencoder sae = tiny.open();
                NDManager manager = sae.newManager()) {
            NDArray array = manager.create(TinySae.flat(x), new Shape(7, D_IN));
            if (kernel == Kernel.TORCHSCRIPT && normalization == Normalization.CONSTANT_NORM_RESCALE) {
                String sentence = "Row 5 cannot be normalised";
                refuses(sentence, () -> sae.encode(x));
                refuses(sentence, () -> sae.encode(array));
                refuses(sentence, () -> sae.encode(array));
                refuses(sentence, () -> sae.inverseTransform(array));
                refuses(sentence, () -> sae.reconstruct(array));
            } else {
                assertThat(TinySae.flat(sae.encode(x).toDense())).is(closeTo(expected));
                assertThat(sae.encodeDense(array).toFloatArray()).is(closeTo(expected));
            }
        }
    }

    @Test
    void areLetThroughWhereThatIsAllowed() {
        for (Activation rule : rules()) {
            try (SparseAutoencoder sae = builder(rule).allowNonFinite(true).build();
                    NDManager manager = sae.newManager()) {
                NDArray x = manager.create(TinySae.flat(rows(LARGE)), new Shape(7, D_IN));
                assertThat(sae.encode(rows(LARGE)).value(5, 577)).isInfinite();
                assertThat(sae.encodeDense(x).getFloat(5, 577)).isInfinite();
                assertThat(sae.reconstruct(rows(LARGE))[5][3]).isInfinite();
            }
        }
    }

    @Test
    void doNotKeepLargeFiniteResultsFromPassing() {
        float[] bias = new float[D_SAE];
        Arrays.fill(bias, LARGE);
        try (SparseAutoencoder sae = builder(Relu.of(bias)).build();
                NDManager manager = sae.newManager()) {
            NDArray dense = sae.encodeDense(manager.zeros(new Shape(7, D_IN)));
            assertThat(dense.getFloat(6, 0)).isEqualTo(LARGE);
        }
    }
}
