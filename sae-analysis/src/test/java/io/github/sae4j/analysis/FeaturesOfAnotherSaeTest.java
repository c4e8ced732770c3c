package io.github.sae4j.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.InputRequirements;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.features.FeatureFile;
import io.github.sae4j.data.features.FeatureSink;
import io.github.sae4j.data.features.FeatureStream;
import io.github.sae4j.fixtures.GaussianFile;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import io.github.sae4j.loader.SaeLoader;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program writes tells which SAE made it, and another one, or the same opened otherwise, does not decode it. */
class FeaturesOfAnotherSaeTest {

    private static final String NONE = "no settings that change the SAE";

    @TempDir
    private Path folder;

    @Test
    void foldedNormsAreToldAndAskedFor() {
        Path file = write(loader().foldDecoderNorms(true));

        assertThat(metadata(file)).containsEntry("sae_options", "--fold-decoder-norms");
        open(file, loader().foldDecoderNorms(true));
        assertRefused(
                file,
                loader(),
                "f.safetensors was encoded with foldDecoderNorms, so it is not decoded with " + NONE + ".");
    }

    @Test
    void foldedNormsOfAViewAreToldAsWell() {
        Path file;
        try (SparseAutoencoder plain = loader().open();
                SparseAutoencoder folded = plain.foldDecoderNorms()) {
            file = write(folded);
        }

        open(file, loader().foldDecoderNorms(true));
        assertRefused(file, loader(), "foldDecoderNorms");
    }

    @Test
    void theFactorAndFieldsThatWereSetAreTold() {
        SaeLoader set = loader().normScalingFactor(2).override("apply_b_dec_to_input", true);
        Path file = write(set);

        assertThat(metadata(file))
                .containsEntry("sae_options", "--norm-scaling-factor 2.0 --set apply_b_dec_to_input=true");
        open(file, set);
        assertRefused(
                file,
                loader().normScalingFactor(3),
                "f.safetensors was encoded with normScalingFactor(2.0) override(apply_b_dec_to_input=true), so it is not"
                        + " decoded with normScalingFactor(3.0).");
    }

    @Test
    void settingsOfTheSaeThatTheFileLacksAreRefused() {
        assertRefused(
                write(loader()),
                loader().normScalingFactor(2),
                "f.safetensors was encoded with " + NONE + ", so it is not decoded with normScalingFactor(2.0).");
    }

    @Test
    void otherWeightsAreRefused() {
        Path file = write(loader());
        Path other = ReferenceCase.named("standard-bf16").folder();

        assertRefused(file, SAE.from(other), "f.safetensors was encoded with other weights (");
        assertRefused(file, SAE.from(other), ") than those of " + other + " (");
    }

    @Test
    void shapesAloneCanBeAskedFor() {
        Path file = write(loader());
        try (SparseAutoencoder sae = loader().normScalingFactor(2).open();
                FeatureFile features = FeatureFile.open(file, InputRequirements.of(sae, false))) {
            assertThat(sae.decode(features.next(4)))
                    .hasDimensions(4, sae.config().dIn());
            assertThat(features.provenance().saeSha256()).isEqualTo(sae.source().sha256());
            assertThat(features.provenance().saeSettings()).isEmpty();
        }
    }

    @Test
    void whatWasReadAndLeftOutIsTold() {
        Path file = folder.resolve("f.safetensors");
        try (SparseAutoencoder sae = loader().open();
                ActivationReader reader = Activations.from(activations(sae))
                        .tensor("x")
                        .tokens(1, 5)
                        .openFor(sae);
                FeatureSink sink = FeatureSink.to(file, FeatureStream.of(reader, sae))) {
            EncodingPass.of(reader, sae, 8).encodeAll(sink::write);
            sink.publish();
        }

        try (SparseAutoencoder sae = loader().open();
                FeatureFile features = FeatureFile.open(file, sae)) {
            assertThat(features.provenance().selected()).containsExactly(Setting.TENSOR.of("x"));
            assertThat(features.provenance().skipped()).containsExactly(Setting.TOKENS.of("1:5"));
            assertThat(features.provenance().leftOutTokens()).hasValue(4);
        }
    }

    /** As earlier versions wrote it: the text of the command's options, numbers as the user wrote them. */
    @Test
    void filesOfBeforeAreReadAsTheyWere() {
        String sha256;
        int dSae;
        try (SparseAutoencoder sae = loader().open()) {
            sha256 = sae.source().sha256().orElseThrow();
            dSae = sae.config().dSae();
        }
        Path file = sparse(Map.of(
                "shape", "[1," + dSae + "]",
                "sae", "somewhere else",
                "sae_sha256", sha256,
                "sae_options", "--norm-scaling-factor 2 --set apply_b_dec_to_input=true",
                "selected", "tensor(x)",
                "skipped", "skipFirst(1)",
                "left_out", "1 of 2",
                "sae4j_version", "0.0"));

        open(file, loader().normScalingFactor(2).override("apply_b_dec_to_input", true));
        assertRefused(file, loader(), "f.safetensors was encoded with normScalingFactor(2) override(");
    }

    @Test
    void filesOfOthersTellNothingAndPass() {
        open(sparse(Map.of()), loader().normScalingFactor(2));
    }

    @Test
    void weightsInNoFileAreToldByTheirName() {
        Path file;
        try (SparseAutoencoder sae = inMemory("step 1000", 2)) {
            file = write(sae);
        }

        assertThat(metadata(file)).containsEntry("sae_options", "--norm-scaling-factor 2.0");
        try (SparseAutoencoder same = inMemory("step 1000", 2);
                FeatureFile features = FeatureFile.open(file, same)) {
            assertThat(features.next(8).tokens()).isEqualTo(8);
        }
        try (SparseAutoencoder later = inMemory("step 2000", 2);
                SparseAutoencoder unscaled = inMemory("step 1000", 1)) {
            assertThatThrownBy(() -> FeatureFile.open(file, later))
                    .hasMessage("f.safetensors was encoded with the weights \"step 1000\", so it is not decoded with"
                            + " \"step 2000\".");
            assertThatThrownBy(() -> FeatureFile.open(file, unscaled)).hasMessageContaining("normScalingFactor(2.0)");
        }
    }

    @Test
    void aNameForPeopleDoesNotKeepWeightsInNoFileFromDecoding() {
        Path file = folder.resolve("f.safetensors");
        float[][] rows = {{1, 2}};
        try (SparseAutoencoder sae = inMemory("step 1000", 1);
                FeatureSink sink = FeatureSink.to(file, named(sae))) {
            sink.write(TokenBatch.of(rows), sae.encode(rows));
            sink.publish();
        }

        assertThat(metadata(file)).containsEntry("sae", "the trained one");
        try (SparseAutoencoder same = inMemory("step 1000", 1);
                FeatureFile features = FeatureFile.open(file, same)) {
            assertThat(features.provenance().sae()).contains("the trained one");
        }
        try (SparseAutoencoder later = inMemory("step 2000", 1);
                SparseAutoencoder called = inMemory("the trained one", 1)) {
            assertThatThrownBy(() -> FeatureFile.open(file, later))
                    .hasMessage("f.safetensors was encoded with the weights \"step 1000\", so it is not decoded with"
                            + " \"step 2000\".");
            assertThatThrownBy(() -> FeatureFile.open(file, called)).isInstanceOf(DataException.class);
        }
    }

    private static FeatureStream named(SparseAutoencoder sae) {
        Provenance provenance =
                Provenance.builder().sae(sae).name("the trained one").build();
        return FeatureStream.of(Layout.of(1), sae.config(), () -> provenance);
    }

    @Test
    void weightsOfAFileDoNotDecodeWhatThoseInNoFileEncoded() {
        Path file;
        try (SparseAutoencoder sae = loader().open();
                SparseAutoencoder inMemory = inMemory(sae)) {
            file = write(inMemory);
        }

        assertRefused(
                file, loader(), "f.safetensors was encoded with the weights \"memory\", so it is not decoded with");
    }

    @Test
    void whatNamesNoSaePasses() {
        open(sparse(Map.of("sae", "", "sae4j_version", "0.0")), loader());
    }

    @Test
    void weightsInNoFileDoNotDecodeWhatThoseOfAFileEncoded() {
        Path file = write(loader());
        try (SparseAutoencoder sae = loader().open();
                SparseAutoencoder inMemory = inMemory(sae)) {
            assertThatThrownBy(() -> FeatureFile.open(file, inMemory))
                    .hasMessageContaining(") than those of memory (in no file).");
        }
    }

    private static SaeLoader loader() {
        return SAE.from(ReferenceCase.named("standard-f32").folder());
    }

    private static SparseAutoencoder inMemory(SparseAutoencoder like) {
        return SparseAutoencoder.builder(like.config())
                .encoder(like.parts().encoder().orElseThrow())
                .decoder(like.parts().decoder().orElseThrow())
                .decoderBias(new float[like.config().dIn()])
                .activation(Relu.of(new float[like.config().dSae()]))
                .kernel(Kernel.PLAIN)
                .build();
    }

    private static SparseAutoencoder inMemory(String name, double factor) {
        return SparseAutoencoder.builder(SaeConfig.standard(2, 3))
                .encoder(WeightMatrix.of(new float[][] {{1, 0, -1}, {0, 1, -1}}))
                .decoder(WeightMatrix.of(new float[][] {{1, 0}, {0, 1}, {-1, -1}}))
                .decoderBias(new float[2])
                .activation(Relu.of(new float[3]))
                .normScalingFactor(factor)
                .source(() -> name)
                .kernel(Kernel.PLAIN)
                .build();
    }

    private Path activations(SparseAutoencoder sae) {
        return GaussianFile.write(
                folder.resolve("x.safetensors"), 8, sae.config().dIn());
    }

    private Path write(SaeLoader loader) {
        try (SparseAutoencoder sae = loader.open()) {
            return write(sae);
        }
    }

    /** Writes features of activations in memory. */
    private Path write(SparseAutoencoder sae) {
        Path file = folder.resolve("f.safetensors");
        Random random = new Random(1);
        float[][] activations = new float[8][sae.config().dIn()];
        for (float[] token : activations) {
            for (int i = 0; i < token.length; i++) {
                token[i] = (float) random.nextGaussian();
            }
        }
        FeatureStream stream = FeatureStream.of("noise", Layout.of(activations.length), sae);
        try (FeatureSink sink = FeatureSink.to(file, stream)) {
            sink.write(TokenBatch.of(activations), sae.encode(activations));
            sink.publish();
        }
        return file;
    }

    /** Writes features of a token of which none is active. */
    private Path sparse(Map<String, String> metadata) {
        Path file = folder.resolve("f.safetensors");
        List<TensorSpec> tensors = List.of(
                new TensorSpec("indptr", Dtype.I64, 2),
                new TensorSpec("indices", Dtype.I32, 0),
                new TensorSpec("values", Dtype.F32, 0));
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, tensors, metadata)) {
            writer.write("indptr", ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN));
            writer.commit();
        }
        return file;
    }

    private static Map<String, String> metadata(Path file) {
        try (SafetensorsFile made = SafetensorsFile.open(file)) {
            return made.metadata();
        }
    }

    private static void open(Path file, SaeLoader loader) {
        try (SparseAutoencoder sae = loader.open();
                FeatureFile features = FeatureFile.open(file, sae)) {
            assertThat(features.next(8).tokens()).isPositive();
        }
    }

    private static void assertRefused(Path file, SaeLoader loader, String part) {
        try (SparseAutoencoder sae = loader.open()) {
            assertThatThrownBy(() -> FeatureFile.open(file, sae))
                    .isInstanceOfSatisfying(
                            DataException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MISMATCH))
                    .hasMessageContaining(part);
        }
    }
}
