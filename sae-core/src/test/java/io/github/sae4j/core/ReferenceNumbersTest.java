package io.github.sae4j.core;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.sae4j.fixtures.ReferenceCase;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every architecture gives SAELens's own numbers. */
class ReferenceNumbersTest extends EachKernelTest {

    static List<ReferenceCase> cases() {
        return ReferenceCase.all();
    }

    static List<ReferenceCase> casesOfSingleTokens() {
        return ReferenceCase.all().stream()
                .filter(reference -> !reference.name().startsWith("temporal"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesTheNumbersOfTheReferenceFromArrays(ReferenceCase reference) {
        try (SparseAutoencoder sae = ReferenceSae.open(reference);
                NDManager manager = sae.newManager()) {
            NDArray x = manager.create(reference.input(), new Shape(reference.inputShape()));
            NDArray dense = sae.encodeDense(x);
            SparseFeatures sparse = sae.encode(x);
            assertThat(dense.toFloatArray()).is(closeTo(reference.expected("acts")));
            assertThat(TinySae.flat(sparse.toDense())).isEqualTo(dense.toFloatArray());
            assertThat(sae.decode(sparse, manager).toFloatArray()).is(closeTo(reference.expected("recon")));
            assertThat(sae.decode(dense, sparse.inverseTransform()).toFloatArray())
                    .is(closeTo(reference.expected("recon")));
            assertThat(sae.reconstruct(x).toFloatArray()).is(closeTo(reference.expected("out")));
        }
    }

    @ParameterizedTest
    @MethodSource("casesOfSingleTokens")
    void givesTheNumbersOfTheReferenceFromJavaArrays(ReferenceCase reference) {
        try (SparseAutoencoder sae = ReferenceSae.open(reference)) {
            float[][] rows = rows(reference.input(), sae.config().dIn());
            SparseFeatures features = sae.encode(rows);
            assertThat(TinySae.flat(features.toDense())).is(closeTo(reference.expected("acts")));
            assertThat(TinySae.flat(sae.decode(features))).is(closeTo(reference.expected("recon")));
            assertThat(TinySae.flat(sae.reconstruct(rows))).is(closeTo(reference.expected("out")));
            float[] one = Arrays.copyOf(reference.expected("out"), sae.config().dOut());
            assertThat(sae.reconstruct(rows[0])).is(closeTo(one));
        }
    }

    static float[][] rows(float[] values, int width) {
        float[][] rows = new float[values.length / width][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = Arrays.copyOfRange(values, row * width, (row + 1) * width);
        }
        return rows;
    }
}
