package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.fixtures.StateDictImage;
import io.github.sae4j.fixtures.TorchCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forms of dictionary_learning's classes that its library wrote at one time and not at others. */
class DictionaryClassesTest {

    /** One token, {@code d_in = 2}. */
    private static final float[][] X = {{5, 1}};

    @TempDir
    private Path folder;

    @Test
    void aDecoderThatIsNoLayerHasItsFeaturesInRows() throws IOException {
        configure("\"dict_class\": \"AutoEncoderTopK\", \"k\": 1");
        tied("decoder", new float[] {1, 2, 3, 4, 5, 6}, 3, 2)
                .tensor("b_dec", new float[] {0, 0}, 2)
                .write(folder.resolve("ae.pt"));
        try (SparseAutoencoder sae = open(folder)) {
            assertThat(sae.config().dSae()).isEqualTo(3);
            // Feature 2 is x0 + x1 = 6, and its row is (5, 6).
            assertThat(reconstructed(sae)).isEqualTo(new float[][] {{30, 36}});
        }
    }

    @Test
    void aDecoderThatIsNoLayerHasItsFeaturesInRowsEvenIfItIsSquare() throws IOException {
        configure("\"dict_class\": \"AutoEncoderTopK\", \"k\": 1");
        new StateDictImage()
                .tensor("encoder.weight", new float[] {1, 0, 0, 1}, 2, 2)
                .tensor("encoder.bias", new float[] {0, 0}, 2)
                .tensor("decoder", new float[] {1, 2, 3, 4}, 2, 2)
                .tensor("b_dec", new float[] {0, 0}, 2)
                .write(folder.resolve("ae.pt"));
        try (SparseAutoencoder sae = open(folder)) {
            assertThat(reconstructed(sae)).isEqualTo(new float[][] {{5, 10}});
        }
    }

    @Test
    void theNewAutoencoderAddsTheBiasOfItsDecoderAndSubtractsNothing() throws IOException {
        configure("\"dict_class\": \"AutoEncoderNew\"");
        tied("decoder.weight", new float[] {1, 0, 0, 0, 1, 0}, 2, 3)
                .tensor("decoder.bias", new float[] {10, 20}, 2)
                .write(folder.resolve("ae.pt"));
        try (SparseAutoencoder sae = open(folder)) {
            assertThat(sae.config().applyBDecToInput()).isFalse();
            assertThat(reconstructed(sae)).isEqualTo(new float[][] {{15, 21}});
        }
    }

    @Test
    void aFileAloneIsNoStandardAutoencoderForItsEncodersName() throws IOException {
        tied("decoder.weight", new float[] {1, 0, 0, 0, 1, 0}, 2, 3)
                .tensor("b_dec", new float[] {10, 20}, 2)
                .write(folder.resolve("ae.pt"));
        assertThatThrownBy(() -> open(folder.resolve("ae.pt")).close())
                .isInstanceOf(SaeLoadException.class)
                .hasMessageContaining("ae.pt is a file, and not one that is an SAE by itself.");
    }

    @Test
    void aFileOfOneTensorIsNoDictionary() throws IOException {
        configure("\"dict_class\": \"AutoEncoder\"");
        Path file = Files.copy(TorchCase.single().get(0).file(), folder.resolve("ae.pt"));
        assertThatThrownBy(() -> open(folder).close())
                .isInstanceOf(SaeLoadException.class)
                .hasMessage(file + ": it holds a single tensor, but should hold a dictionary of tensors.");
    }

    private void configure(String trainer) throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"trainer\": {" + trainer + "}}");
    }

    /** Returns a file of an encoder with the features x0, x1 and x0 + x1, and of some decoder. */
    private static StateDictImage tied(String decoder, float[] values, long... shape) {
        return new StateDictImage()
                .tensor("encoder.weight", new float[] {1, 0, 0, 1, 1, 1}, 3, 2)
                .tensor("encoder.bias", new float[] {0, 0, 0}, 3)
                .tensor(decoder, values, shape);
    }

    private static SparseAutoencoder open(Path place) {
        return SAE.from(place).device(Device.cpu()).open();
    }

    private static float[][] reconstructed(SparseAutoencoder sae) {
        SparseFeatures features = sae.encode(X);
        return sae.decode(features);
    }
}
