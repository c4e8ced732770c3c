package io.github.sae4j.data.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.activations.ReconstructionOutput;
import io.github.sae4j.data.activations.ReconstructionTarget;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An output is put in place with all tokens that it was said to have, or not at all. */
class AnnouncedTokensTest {

    private static final float[][] TWO = {{1, 2}, {3, 4}};

    @TempDir
    private Path folder;

    private final SparseAutoencoder sae = SparseAutoencoder.builder(SaeConfig.standard(2, 3))
            .encoder(WeightMatrix.of(new float[][] {{1, 0, -1}, {0, 1, -1}}))
            .decoder(WeightMatrix.of(new float[][] {{1, 0}, {0, 1}, {-1, -1}}))
            .decoderBias(new float[2])
            .activation(Relu.of(new float[3]))
            .kernel(Kernel.PLAIN)
            .build();

    @ParameterizedTest
    @ValueSource(strings = {"f.safetensors", "f.npz", "f.parquet", "f.jsonl"})
    void featuresOfFewerTokensAreNotPutInPlace(String name) {
        Path file = folder.resolve(name);

        try (ActivationReader reader = threeTokens();
                FeatureSink sink = FeatureSink.to(file, FeatureStream.of(reader, sae))) {
            sink.write(TokenBatch.of(TWO), sae.encode(TWO));

            assertThatThrownBy(sink::publish)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "Only 2 of the 3 tokens that were announced have been written, so the output is not put in"
                                    + " place.");
        }

        assertThat(file).doesNotExist();
    }

    @Test
    void featuresOfMoreTokensAreRefused() {
        try (ActivationReader reader = threeTokens();
                FeatureSink sink = FeatureSink.to(folder.resolve("f.npz"), FeatureStream.of(reader, sae))) {
            sink.write(TokenBatch.of(TWO), sae.encode(TWO));

            assertThatThrownBy(() -> sink.write(TokenBatch.of(TWO), sae.encode(TWO)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("2 tokens were to be written after 2, but only 3 were announced.");
        }
    }

    @Test
    void featuresOfOtherTokensThanTheBatchAreRefused() {
        try (ActivationReader reader = threeTokens();
                FeatureSink sink = FeatureSink.to(folder.resolve("f.npz"), FeatureStream.of(reader, sae))) {
            assertThatThrownBy(() -> sink.write(TokenBatch.of(TWO), sae.encode(TWO[0])))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("There are features of 1 tokens, but the batch has 2, with those that are left out.");
        }
    }

    @Test
    void whatIsInPlaceIsNotPublishedAgain() {
        Path file = folder.resolve("f.npz");
        try (ActivationReader reader = threeTokens();
                FeatureSink sink = FeatureSink.to(file, FeatureStream.of(reader, sae))) {
            for (TokenBatch batch : reader.batches(3)) {
                sink.write(batch, sae.encode(batch.rows()));
            }
            sink.publish();

            assertThatThrownBy(sink::publish)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("These features are in place already.");
        }

        assertThat(file).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"f.safetensors", "f.npz", "f.parquet", "f.jsonl"})
    void whatIsNotFinishedIsNotPutInPlace(String name) {
        Path file = folder.resolve(name);

        write(file, sink -> {
            assertThatThrownBy(sink::commit)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("These features are not finished, so they are not put in place.");
            assertThat(file).doesNotExist();

            sink.publish();
        });

        assertThat(file).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"f.safetensors", "f.npz", "f.parquet", "f.jsonl"})
    void whatIsFinishedIsNotWrittenAgain(String name) throws IOException {
        Path expected = Files.createDirectory(folder.resolve("published")).resolve(name);
        write(expected, FeatureSink::publish);
        Path file = folder.resolve(name);

        write(file, sink -> {
            sink.finish();

            assertThatThrownBy(sink::publish)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("These features are finished already.");
            assertThatThrownBy(() -> sink.write(TokenBatch.of(TWO), sae.encode(TWO)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("These features are finished already.");

            sink.commit();

            assertThatThrownBy(sink::commit)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("These features are in place already.");
        });

        assertThat(Files.size(file)).isEqualTo(Files.size(expected));
    }

    private void write(Path file, Consumer<FeatureSink> ending) {
        try (ActivationReader reader = threeTokens();
                FeatureSink sink = FeatureSink.to(file, FeatureStream.of(reader, sae))) {
            for (TokenBatch batch : reader.batches(3)) {
                sink.write(batch, sae.encode(batch.rows()));
            }
            ending.accept(sink);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"r.safetensors", "r.npz", "r.npy"})
    void reconstructionsToo(String name) {
        Path file = folder.resolve(name);
        ReconstructionTarget target = ReconstructionTarget.of(OutputFile.of(file));
        Provenance nothing = Provenance.builder().build();

        try (ReconstructionOutput output = ReconstructionOutput.create(target, Layout.of(3), 2, nothing)) {
            output.write(TWO);

            assertThatThrownBy(output::commit).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> output.write(TWO)).isInstanceOf(IllegalArgumentException.class);
        }

        assertThat(file).doesNotExist();
    }

    private ActivationReader threeTokens() {
        Path file = folder.resolve("x.safetensors");
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file, List.of(new TensorSpec("x", Dtype.F32, 3, 2)), Map.of())) {
            writer.write("x", ByteBuffer.allocate(24));
            writer.commit();
        }
        return Activations.from(file).openFor(sae);
    }
}
