package io.github.sae4j.loader.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import ai.djl.Device;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.loader.SAE;
import io.github.sae4j.loader.SaeDescription;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A layout that is not of this library opens as its own do, with the same account of what is in the files. */
class ProvidedFormatTest {

    private static final String CONFIG = """
            {"format": "tiny_lab", "width": 2, "features": 3, "k": 2, "model": "gpt2", "training": {"lr": 0.1}%s}
            """;

    @TempDir
    private Path folder;

    private final Map<String, float[]> tensors = new LinkedHashMap<>();
    private final Map<String, long[]> shapes = new LinkedHashMap<>();

    @BeforeEach
    void prepare() {
        config(", \"written_by\": \"me\"");
        tensor("up.weight", new float[] {1, 0, 0, 1, 1, 1}, 3, 2);
        tensor("up.bias", new float[] {0, 0.5f, -1}, 3);
        tensor("down.weight", new float[] {1, 0, 1, 0, 1, 1}, 2, 3);
        tensor("down.bias", new float[] {0.25f, -0.25f}, 2);
        tensor("steps", new float[] {7}, 1);
    }

    @Test
    void opens() {
        write();
        try (SparseAutoencoder sae = SAE.from(folder).device(Device.cpu()).open()) {
            // x W_enc + b = [2, 3.5, 4], of which two stay.
            float[][] features = sae.encode(new float[] {2, 3}).toDense();
            assertThat(features[0]).containsExactly(0, 3.5f, 4);
            assertThat(sae.decode(sae.encode(new float[] {2, 3}))[0]).containsExactly(4.25f, 7.25f);
            assertThat(sae.config().metadata().modelName()).contains("gpt2");
            assertThat(sae.source().files()).containsExactly("sae.json", "sae.safetensors");
            assertThat(sae.source().sha256().orElseThrow()).hasSize(64);
        }
    }

    @Test
    void isDescribedWithAnAccountOfItsFiles() {
        write();
        SaeDescription sae = SAE.from(folder).describe();

        assertThat(sae.config().dSae()).isEqualTo(3);
        assertThat(sae.capabilities().has(SaeCapability.DECODE)).isTrue();
        assertThat(sae.uses())
                .extracting(SaeDescription.Use::file, SaeDescription.Use::name, SaeDescription.Use::purpose)
                .contains(
                        tuple("sae.json", "k", "read"),
                        tuple("sae.json", "training.lr", "not needed: of the training"),
                        tuple("sae.safetensors", "up.weight", "up.weight, transposed"),
                        tuple("sae.safetensors", "steps", "not needed: of the training"));
    }

    @Test
    void takesTheUsersSettings() {
        config(", \"scale\": 2");
        write();
        try (SparseAutoencoder sae = SAE.from(folder)
                .override("k", 1)
                .dtype(WeightType.BFLOAT16)
                .device(Device.cpu())
                .open()) {
            assertThat(sae.encode(new float[] {2, 3}).activeCount()).isEqualTo(1);
            assertThat(sae.normScalingFactor()).isEqualTo(2);
            assertThat(sae.weightType()).isEqualTo(WeightType.BFLOAT16);
        }
        try (SparseAutoencoder sae =
                SAE.from(folder).format("tiny_lab").normScalingFactor(3).open()) {
            assertThat(sae.normScalingFactor()).isEqualTo(3);
        }
    }

    @Test
    void refusesWhatTheFormatLeaves() {
        tensor("gate.weight", new float[] {1, 2}, 2);
        config(", \"temperature\": 2");
        write();

        requireRefused(
                Reason.NOT_UNDERSTOOD,
                () -> SAE.fromDisk(folder),
                "sae.json has a field that nothing here understands in an SAE of the format tiny_lab: temperature = 2.");
        requireRefused(
                Reason.NOT_UNDERSTOOD,
                () -> SAE.from(folder).allowUnknown("temperature").open(),
                "gate.weight F32 [2]");
        try (SparseAutoencoder sae =
                SAE.from(folder).allowUnknown("temperature", "gate.weight").open()) {
            assertThat(sae.source().allowedUnknown()).containsExactly("temperature", "gate.weight");
        }
    }

    @Test
    void refusesSettingsThatItDoesNotRead() {
        write();
        requireRefused(
                Reason.SETTING_REFUSED,
                () -> SAE.from(folder).override("apply_b_dec_to_input", true).open(),
                "The field apply_b_dec_to_input was set, but a topk SAE does not read it.");
        requireRefused(
                Reason.SETTING_REFUSED,
                () -> SAE.from(folder).normScalingFactor(1, 2).open(),
                "2 norm scaling factors are given");
        requireRefused(
                Reason.SETTING_REFUSED,
                () -> SAE.from(folder).allowUnknown("nothing").open(),
                "allowUnknown(\"nothing\") has no effect");
    }

    @Test
    void refusesWhatDoesNotFit() {
        tensor("down.bias", new float[] {1, Float.NaN}, 2);
        write();
        requireRefused(Reason.NON_FINITE, () -> SAE.fromDisk(folder), "\"down.bias\" holds NaN");

        tensor("down.bias", new float[] {1, 2, 3}, 3);
        write();
        requireRefused(Reason.INVALID_TENSORS, () -> SAE.fromDisk(folder), "down.bias has the shape [3]");

        config(", \"rule\": \"lista\"");
        requireRefused(Reason.UNSUPPORTED, () -> SAE.fromDisk(folder), "only topk is known of tiny_lab");
    }

    @Test
    void mayAddASkipTermAndFrequencies() throws IOException {
        tensors.remove("steps");
        shapes.remove("steps");
        tensor("skip.weight", new float[] {2, 0, 1, -1}, 2, 2);
        tensor("log_sparsity", new float[] {-1, -2, -3}, 3);
        writeTranscoder();

        try (SparseAutoencoder sae = SAE.from(folder).device(Device.cpu()).open()) {
            SparseFeatures features = sae.encode(new float[] {2, 3});
            assertThat(features.toDense()[0]).containsExactly(2, 3.5f, 4);
            assertThat(sae.decode(features)[0]).containsExactly(6.25f, 7.25f);
            // W_skip x = [4, -1], which only whoever has x can add.
            assertThat(sae.reconstruct(new float[] {2, 3})).containsExactly(10.25f, 6.25f);
            assertThat(sae.sparsity().orElseThrow()).containsExactly(-1, -2, -3);
            assertThat(SAE.from(folder).describe().capabilities())
                    .isEqualTo(sae.capabilities())
                    .matches(capabilities -> !capabilities.has(SaeCapability.DECODE_WHOLLY));
        }
    }

    @Test
    void mayEncodeOnly() throws IOException {
        for (String name : List.of("steps", "down.weight", "down.bias")) {
            tensors.remove(name);
            shapes.remove(name);
        }
        writeTranscoder();

        assertThat(SAE.from(folder).describe().capabilities().reasonAgainst(SaeCapability.DECODE))
                .contains("This lab has published no decoder.");
        try (SparseAutoencoder sae = SAE.from(folder).device(Device.cpu()).open()) {
            SparseFeatures features = sae.encode(new float[] {2, 3});
            assertThat(features.toDense()[0]).containsExactly(2, 3.5f, 4);
            assertThatExceptionOfType(SaeException.class)
                    .isThrownBy(() -> sae.decode(features))
                    .withMessage("This lab has published no decoder.")
                    .extracting(SaeException::reason)
                    .isEqualTo(SaeException.Reason.NOT_SUPPORTED);
        }
    }

    private void writeTranscoder() throws IOException {
        write();
        Files.writeString(folder.resolve("sae.json"), """
                {"format": "tiny_transcoder", "width": 2, "features": 3}
                """);
    }

    @Test
    void isNotRecognisedWithoutItsFiles() throws IOException {
        write();
        Files.writeString(folder.resolve("sae.json"), "{}");
        requireRefused(Reason.NOT_RECOGNISED, () -> SAE.fromDisk(folder), "holds no SAE that is recognised");

        Files.delete(folder.resolve("sae.json"));
        requireRefused(Reason.NOT_RECOGNISED, () -> SAE.fromDisk(folder), "tiny_lab sae.json");
    }

    @Test
    void isTheOneThatTheManualShows() throws IOException {
        String source = Files.readString(Path.of("src/test/java/io/github/sae4j/loader/format/TinyLabFormat.java"));
        assertThat(Files.readString(Path.of("../docs/adding-a-format.md")))
                .contains(source.substring(source.indexOf("final class")).strip());
    }

    private static void requireRefused(Reason reason, ThrowingCallable call, String sentence) {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(call)
                .withMessageContaining(sentence)
                .extracting(SaeLoadException::reason)
                .isEqualTo(reason);
    }

    private void config(String more) {
        try {
            Files.writeString(folder.resolve("sae.json"), CONFIG.formatted(more));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void tensor(String name, float[] values, long... shape) {
        tensors.put(name, values);
        shapes.put(name, shape);
    }

    private void write() {
        List<TensorSpec> specs = new ArrayList<>();
        shapes.forEach((name, shape) -> specs.add(new TensorSpec(name, Dtype.F32, shape)));
        try (SafetensorsWriter writer = SafetensorsWriter.create(folder.resolve("sae.safetensors"), specs, Map.of())) {
            tensors.forEach((name, values) -> {
                ByteBuffer bytes =
                        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(values);
                writer.write(name, bytes);
            });
            writer.commit();
        }
    }
}
