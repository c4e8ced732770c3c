package io.github.sae4j.loader;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.Device;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.fixtures.KindCase;
import io.github.sae4j.fixtures.PublisherCase;
import io.github.sae4j.fixtures.Tensor;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Llama Scope's thresholds are compared as in the publisher's code, or as in SAELens where the user says so. */
class LlamaScopeNormsTest {

    private static final String FIELD = "sparsity_include_decoder_norm";

    @TempDir
    private Path folder;

    @Test
    void bothReadingsCanBeHadByName() {
        PublisherCase published = PublisherCase.named("llama_scope");
        Path folder = published.repositoryFolder().resolve(published.path());

        try (SparseAutoencoder publishers =
                        SAE.from(folder).device(Device.cpu()).open();
                SparseAutoencoder saeLens = SAE.from(folder)
                        .override(FIELD, false)
                        .device(Device.cpu())
                        .open()) {
            assertThat(encoded(publishers, published))
                    .is(closeTo(published.tensor("acts_publisher").values()));
            assertThat(encoded(saeLens, published))
                    .is(closeTo(published.tensor("acts_exact").values()));
        }
    }

    @Test
    void warnsOnceOfTheOtherReadingWhereTheTwoDiffer() {
        PublisherCase published = PublisherCase.named("llama_scope");
        Path folder = published.repositoryFolder().resolve(published.path());

        try (CapturedLog log = new CapturedLog();
                SparseAutoencoder sae = SAE.from(folder).device(Device.cpu()).open()) {
            assertThat(sae.config().architecture().label()).isEqualTo("jumprelu");
            assertThat(log.lines("WARN"))
                    .singleElement()
                    .asString()
                    .contains("decoder rows are not of norm 1")
                    .contains("override(\"" + FIELD + "\", false)");
        }
        try (CapturedLog log = new CapturedLog();
                SparseAutoencoder sae = SAE.from(folder)
                        .override(FIELD, true)
                        .device(Device.cpu())
                        .open()) {
            assertThat(sae.capabilities().has(SaeCapability.DECODE)).isTrue();
            assertThat(log.lines("WARN")).isEmpty();
        }
    }

    @Test
    void saysNothingWhereAllNormsAreOne() {
        KindCase published = KindCase.named("llama_scope_unit_norms");

        try (CapturedLog log = new CapturedLog();
                SparseAutoencoder sae = SAE.from(published.repositoryFolder().resolve(published.path()))
                        .device(Device.cpu())
                        .open()) {
            assertThat(sae.capabilities().has(SaeCapability.DECODE)).isTrue();
            assertThat(log.lines("WARN")).isEmpty();
        }
    }

    @Test
    void saysNothingWhereAllNormsAreOneToWithinTheRoundingOfTheFileWhateverTypeIsAskedFor() throws IOException {
        try (CapturedLog log = new CapturedLog();
                SparseAutoencoder sae = SAE.from(unitNormsInBfloat16())
                        .dtype(WeightType.FLOAT32)
                        .device(Device.cpu())
                        .open()) {
            assertThat(sae.capabilities().has(SaeCapability.DECODE)).isTrue();
            assertThat(log.lines("WARN")).isEmpty();
        }
    }

    @Test
    void isNoFieldOfOtherLayouts() {
        KindCase published = KindCase.named("sparsify_expansion");

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.from(published.repositoryFolder().resolve(published.path()))
                        .override(FIELD, false)
                        .open())
                .withMessageStartingWith("The field " + FIELD + " was set, but a topk SAE does not read it.");
    }

    private Path unitNormsInBfloat16() throws IOException {
        KindCase published = KindCase.named("llama_scope_unit_norms");
        Path source = published.repositoryFolder().resolve(published.path());
        String weights = "checkpoints/final.safetensors";
        Files.createDirectories(folder.resolve("checkpoints"));
        Files.copy(source.resolve("hyperparams.json"), folder.resolve("hyperparams.json"));
        try (SafetensorsFile file = SafetensorsFile.open(source.resolve(weights))) {
            List<TensorSpec> specs = file.tensors().stream()
                    .map(tensor -> new TensorSpec(tensor.name(), Dtype.BF16, tensor.shape()))
                    .toList();
            try (SafetensorsWriter writer = SafetensorsWriter.create(folder.resolve(weights), specs, Map.of())) {
                file.tensors().forEach(tensor -> writer.write(tensor.name(), rounded(tensor.slice())));
                writer.commit();
            }
        }
        return folder;
    }

    private static ByteBuffer rounded(ByteBuffer floats) {
        FloatBuffer values = floats.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        ByteBuffer rounded =
                ByteBuffer.allocate(values.remaining() * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            rounded.putShort((short) ((Float.floatToRawIntBits(values.get()) + 0x8000) >>> Short.SIZE));
        }
        return rounded.flip();
    }

    private static float[] encoded(SparseAutoencoder sae, PublisherCase published) {
        Tensor x = published.tensor("x");
        int dIn = sae.config().dIn();
        float[][] rows = new float[x.values().length / dIn][dIn];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(x.values(), row * dIn, rows[row], 0, dIn);
        }
        SparseFeatures features = sae.encode(rows);
        float[] flat = new float[rows.length * sae.config().dSae()];
        float[][] dense = features.toDense();
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(dense[row], 0, flat, row * dense[row].length, dense[row].length);
        }
        return flat;
    }
}
