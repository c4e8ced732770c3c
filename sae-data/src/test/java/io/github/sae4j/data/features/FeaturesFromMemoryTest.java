package io.github.sae4j.data.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An SAE whose weights are in no file makes files of features like any other. */
class FeaturesFromMemoryTest {

    @TempDir
    private Path folder;

    @Test
    void nameTheirSaeButNoHash() {
        Path file;
        try (SparseAutoencoder sae = fromMemory()) {
            file = encodedBy(sae);
        }

        try (SafetensorsFile made = SafetensorsFile.open(file)) {
            assertThat(made.metadata())
                    .containsEntry("sae", "step 1000")
                    .containsEntry("source", "x.safetensors")
                    .doesNotContainKey("sae_sha256");
        }
    }

    @Test
    void areReadBackOneTokenAtATimeAtLeast() {
        try (SparseAutoencoder sae = fromMemory();
                FeatureFile features = FeatureFile.open(encodedBy(sae), sae)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> features.next(0))
                    .withMessage("At least 1 token must be asked for, but 0 were.");
            assertThat(features.next(5).tokens()).isEqualTo(2);
            assertThat(features.next(5).tokens()).isZero();
        }
    }

    private Path encodedBy(SparseAutoencoder sae) {
        Path file = folder.resolve("f.safetensors");
        try (ActivationReader reader = Activations.from(twoTokens()).openFor(sae);
                FeatureSink sink = FeatureSink.to(file, FeatureStream.of(reader, sae))) {
            for (TokenBatch batch : reader.batches(1)) {
                sink.write(batch, sae.encode(batch.rows()));
            }
            sink.publish();
        }
        return file;
    }

    private static SparseAutoencoder fromMemory() {
        return SparseAutoencoder.builder(SaeConfig.standard(2, 3))
                .encoder(WeightMatrix.of(new float[][] {{1, 0, -1}, {0, 1, -1}}))
                .decoder(WeightMatrix.of(new float[][] {{1, 0}, {0, 1}, {-1, -1}}))
                .decoderBias(new float[2])
                .activation(Relu.of(new float[3]))
                .source(() -> "step 1000")
                .kernel(Kernel.PLAIN)
                .build();
    }

    private Path twoTokens() {
        Path file = folder.resolve("x.safetensors");
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file, List.of(new TensorSpec("x", Dtype.F32, 2, 2)), Map.of())) {
            writer.write("x", ByteBuffer.allocate(16));
            writer.commit();
        }
        return file;
    }
}
