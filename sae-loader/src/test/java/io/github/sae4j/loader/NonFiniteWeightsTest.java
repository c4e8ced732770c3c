package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.Device;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.safetensors.Dtype;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** NaN and infinity in weights are refused when an SAE is opened, with the publisher's tensor and the place in it. */
class NonFiniteWeightsTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64", "BF16"})
    void areRefusedInMatricesOfEveryType(Dtype dtype) {
        new TinySae()
                .tensor("W_enc", dtype, new float[] {1, 0, 1, 0, Float.NaN, 1}, 2, 3)
                .in(folder);

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.fromDisk(folder))
                .withMessage(folder.resolve("sae_weights.safetensors")
                        + ": \"W_enc\" holds NaN at [1, 1], but weights are finite. allowNonFinite(true)"
                        + " opens the SAE all the same.");
    }

    @Test
    void areRefusedInVectors() {
        new TinySae()
                .tensor("b_enc", Dtype.F32, new float[] {0, 1, Float.NEGATIVE_INFINITY}, 3)
                .in(folder);

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.fromDisk(folder))
                .withMessageContaining("b_enc")
                .withMessageContaining("-Infinity at [2]");
    }

    @Test
    void areLetThroughWhereTheUserSaysSo() {
        new TinySae()
                .tensor("W_enc", Dtype.F32, new float[] {1, 0, 1, 0, Float.NaN, 1}, 2, 3)
                .in(folder);

        try (SparseAutoencoder sae =
                SAE.from(folder).allowNonFinite(true).device(Device.cpu()).open()) {
            assertThat(sae.encode(new float[] {1, 1}).toDense()[0][1]).isNaN();
        }
    }
}
