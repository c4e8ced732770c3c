package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.fixtures.SetCase;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import io.github.sae4j.safetensors.TensorView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sets of layers whose files do not fit each other or have what is not understood are refused with its name. */
class BrokenSetsTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "ct_clt_relu, W_enc_1.safetensors, W_enc_1.safetensors",
        "ct_clt_relu, W_dec_2.safetensors, W_dec_2.safetensors",
        "gs2_clt, params_layer_3.safetensors, params_layer_3.safetensors"
    })
    void missingFiles(String name, String file, String named) throws IOException {
        Path set = copied(name, "set");
        Files.delete(set.resolve(file));
        refused(set, named);
    }

    @Test
    void aFileTooMany() throws IOException {
        Path set = copied("ct_clt_relu", "set");
        Files.copy(set.resolve("W_enc_2.safetensors"), set.resolve("W_enc_3.safetensors"));
        refused(set, "W_enc_3.safetensors");
    }

    @ParameterizedTest
    @CsvSource({
        "ct_clt_relu, W_enc_2.safetensors",
        "ct_clt_relu, W_dec_1.safetensors",
        "gs2_clt_affine, params_layer_2.safetensors"
    })
    void tensorsThatAreNotUnderstood(String name, String file) {
        Path set = copied(name, "set_affine");
        rewrite(set.resolve(file), Map.of("strange", new float[3]), List.of());
        refused(set, "strange");
    }

    @Test
    void thresholdsOfSomeLayersOnly() {
        Path set = copied("ct_clt_relu", "set");
        rewrite(set.resolve("W_enc_1.safetensors"), Map.of("threshold_1", new float[40]), List.of());
        refused(set, "threshold");
    }

    @Test
    void skipMatricesOfSomeLayersOnly() {
        Path set = copied("gs2_clt_affine", "set");
        rewrite(set.resolve("params_layer_3.safetensors"), Map.of(), List.of("affine_skip_connection"));
        refused(set, "W_skip");
    }

    @Test
    void aNameThatSaysAffineWithoutSkipMatrices() {
        refused(copied("gs2_clt", "width_262k_l0_big_affine"), "affine_skip_connection");
    }

    @ParameterizedTest
    @CsvSource({"'activation: topk', activation", "'model_kind: transcoder_set', model_kind"})
    void fieldsThatAreNotUnderstood(String line, String field) throws IOException {
        Path set = copied("ct_clt_relu", "set");
        String kept = Files.readString(set.resolve("config.yaml")).replaceAll("(?m)^" + field + ":.*\n", "");
        Files.writeString(set.resolve("config.yaml"), kept + line + "\n");
        refused(set, field);
    }

    @Test
    void aCrosscoderWhoseNameListsOtherLayers() {
        refused(copied("gs2_crosscoder", "layer_7_13_width_262k_l0_medium"), "lists 2");
    }

    @Test
    void settingsForOneSae() {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.from(SetCase.named("gs2_clt").setFolder())
                        .foldDecoderNorms(true)
                        .openSet())
                .withMessageContaining("foldDecoderNorms(...)");
    }

    /** circuit-tracer's JumpReLU has no relu. */
    @Test
    void thresholdsBelowZeroLetNegativeValuesThroughInASetAndInALayerAlone() {
        Path set = copied("ct_clt_jumprelu", "set");
        float[] below = new float[40];
        Arrays.fill(below, -1);
        rewrite(set.resolve("W_enc_1.safetensors"), Map.of("threshold_1", below), List.of("threshold_1"));
        try (SaeSet opened = SAE.openSet(set)) {
            SparseFeatures features =
                    opened.encode(SetCase.named("ct_clt_jumprelu").x()).layer(1);
            float[] values = new float[features.activeCount()];
            features.values().get(values);
            Arrays.sort(values);
            assertThat(values[0]).isBetween(-1f, -0.1f);
        }
        try (SparseAutoencoder alone = SAE.fromDisk(set.resolve("1"))) {
            float[] token = new float[alone.config().dIn()];
            Arrays.fill(token, 0.1f);
            FloatBuffer values = alone.encode(token).values();
            assertThat(IntStream.range(0, values.limit())
                            .mapToDouble(values::get)
                            .filter(value -> value < 0))
                    .isNotEmpty()
                    .allMatch(value -> value > -1);
        }
    }

    private static void refused(Path set, String named) {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.openSet(set))
                .withMessageContaining(named);
    }

    private Path copied(String name, String as) {
        Path target = folder.resolve(as);
        try (Stream<Path> files = Files.list(SetCase.named(name).setFolder())) {
            Files.createDirectory(target);
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return target;
    }

    /** Writes a file of tensors again, with others and without some. */
    private static void rewrite(Path path, Map<String, float[]> more, List<String> without) {
        List<TensorSpec> specs = new ArrayList<>();
        Map<String, ByteBuffer> bytes = new LinkedHashMap<>();
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            for (TensorView tensor : file.tensors()) {
                if (!without.contains(tensor.name())) {
                    specs.add(new TensorSpec(tensor.name(), tensor.dtype(), tensor.shape()));
                    ByteBuffer copy = ByteBuffer.allocate((int) tensor.byteSize());
                    bytes.put(tensor.name(), copy.put(tensor.slice()).flip());
                }
            }
        }
        more.forEach((name, values) -> {
            specs.add(new TensorSpec(name, Dtype.F32, values.length));
            ByteBuffer floats = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
            floats.asFloatBuffer().put(values);
            bytes.put(name, floats);
        });
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (SafetensorsWriter writer = SafetensorsWriter.create(path, specs, Map.of())) {
            bytes.forEach(writer::write);
            writer.commit();
        }
    }
}
