package io.github.sae4j.data.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.ActivationsBuilder;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Java program makes no folder for delphi whose positions or ids would be wrong. */
class DelphiFromCodeTest {

    @TempDir
    private Path folder;

    private SparseAutoencoder sae;

    @BeforeEach
    void build() {
        sae = SparseAutoencoder.builder(SaeConfig.standard(2, 3))
                .encoder(WeightMatrix.of(new float[][] {{1, 0, -1}, {0, 1, -1}}))
                .decoder(WeightMatrix.of(new float[][] {{1, 0}, {0, 1}, {-1, -1}}))
                .decoderBias(new float[2])
                .activation(Relu.of(new float[3]))
                .kernel(Kernel.PLAIN)
                .build();
    }

    @AfterEach
    void close() {
        sae.close();
    }

    @Test
    void severalFilesAreNotOneSequence() {
        ActivationsBuilder two = Activations.from(file("a", 2), file("b", 1)).requireIds();

        refuse(two, "the files of ");
        make(two.eachFileIsASequence().tokens(0, 2));
    }

    @Test
    void sequencesAreNotCut() {
        ActivationsBuilder sequences =
                Activations.from(file("a", 4)).sequenceLength(2).requireIds();

        refuse(sequences.tokens(1, 4), "tokens(1:4) cuts those of 2 tokens.");
        make(sequences.tokens(2, 4));
    }

    @Test
    void idsMustBeRead() {
        assertThatThrownBy(() -> write(Activations.from(file("a", 2))))
                .isInstanceOf(DataException.class)
                .hasMessage("a delphi folder needs the ids of the tokens, but they are not known.");
        assertThat(folder.resolve("latents")).doesNotExist();
    }

    private void refuse(ActivationsBuilder activations, String why) {
        assertThatThrownBy(() -> write(activations))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("a delphi folder needs whole sequences of one length, but " + why);
        assertThat(folder.resolve("latents")).doesNotExist();
    }

    private void make(ActivationsBuilder activations) {
        write(activations);
        assertThat(folder.resolve("latents")).isNotEmptyDirectory();
    }

    private void write(ActivationsBuilder activations) {
        try (ActivationReader reader = activations.openFor(sae);
                FeatureSink sink = FeatureSink.to(
                        List.of(FeatureTarget.delphi(folder.resolve("latents"))),
                        FeatureStream.of(reader, sae),
                        Selection.ALL)) {
            for (TokenBatch batch : reader.batches(3)) {
                sink.write(batch, sae.encode(batch.rows()));
            }
            sink.publish();
        }
    }

    private Path file(String name, int tokens) {
        Path file = folder.resolve(name + ".safetensors");
        try (SafetensorsWriter writer = SafetensorsWriter.create(
                file,
                List.of(new TensorSpec("x", Dtype.F32, tokens, 2), new TensorSpec("token_ids", Dtype.I64, tokens)),
                Map.of())) {
            writer.write("x", ByteBuffer.allocate(tokens * 8));
            writer.write("token_ids", ByteBuffer.allocate(tokens * 8));
            writer.commit();
        }
        return file;
    }
}
