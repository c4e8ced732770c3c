package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Encoding goes on where the memory does not suffice for all tokens at once. The rule here makes the engine itself fail with
 * the sentence of a GPU without memory, as soon as it sees more tokens than are said to fit.
 */
class OutOfMemoryTest {

    /** Small integers, of which sums are exact: libtorch adds in another order where there are other tokens beside. */
    private static TinySae integers() {
        return TinySae.of(TinySae.config(24, 700, Normalization.NONE, Reshape.NONE, false), WeightType.FLOAT32)
                .withEncoder(rows(24, 700, 1), rows(1, 700, 2)[0]);
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

    private static SparseAutoencoder open(TinySae tiny, int fitting) {
        BlockRule rule = new BlockRule() {
            @Override
            public int dSae() {
                return tiny.config().dSae();
            }

            @Override
            public float[] bias() {
                return tiny.bEnc();
            }

            @Override
            public List<float[]> parameters() {
                return List.of();
            }

            @Override
            public Optional<String> torchScript() {
                return Optional.of("torch.to(torch.relu_(h), torch.device(\"cpu\" if torch.size(h, 0) <= " + fitting
                        + " else \"CUDA out of memory\"), 6)");
            }

            @Override
            public float value(int feature, float h) {
                return Math.max(h, 0);
            }
        };
        return tiny.builder()
                .activation(rule)
                .kernel(Kernel.TORCHSCRIPT)
                .device(Device.cpu())
                .build();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 6, 13})
    void findsTheSameFeaturesAsWithEnoughMemory(int fitting) {
        TinySae tiny = integers();
        float[][] activations = rows(14, 24, 3);
        try (SparseAutoencoder enough = open(tiny, 14);
                SparseAutoencoder little = open(tiny, fitting);
                NDManager manager = enough.newManager()) {
            SparseFeatures expected = enough.encode(activations);
            NDArray x = manager.create(TinySae.flat(activations), new Shape(14, 24));
            for (int call = 0; call < 2; call++) {
                SparseFeatures found = little.encode(activations);
                assertThat(found.rowOffsets()).isEqualTo(expected.rowOffsets());
                assertThat(found.indices()).isEqualTo(expected.indices());
                assertThat(TinySae.flat(found.toDense())).isEqualTo(TinySae.flat(expected.toDense()));
                assertThat(little.encodeDense(x).toFloatArray())
                        .isEqualTo(enough.encodeDense(x).toFloatArray());
                assertThat(TinySae.flat(little.reconstruct(activations)))
                        .isEqualTo(TinySae.flat(enough.reconstruct(activations)));
            }
        }
    }

    @Test
    void endsInASentenceWhereASingleTokenIsTooMuch() {
        TinySae tiny = TinySae.of(24, 700);
        try (SparseAutoencoder none = open(tiny, 0)) {
            assertThatThrownBy(() -> none.encode(tiny.activations(5, 1)))
                    .isInstanceOf(SaeException.class)
                    .hasMessage("The device ran out of memory encoding a single token.");
        }
    }
}
