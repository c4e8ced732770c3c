package io.github.sae4j.data.features;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.core.InverseTransform;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.InputRequirements;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Positions that 4 bytes cannot count take 8, in both arrays, as SciPy wants them. */
class NpzWidthTest {

    private static final SaeConfig CONFIG = SaeConfig.standard(4, 6);

    @TempDir
    private Path folder;

    @Test
    void indicesAndOffsetsWidenTogether() throws IOException {
        Path file = write(2);

        assertThat(array(file, "indices", "'<i8'", "(3,)").asLongBuffer()).isEqualTo(longs(1, 5, 0));
        assertThat(array(file, "indptr", "'<i8'", "(3,)").asLongBuffer()).isEqualTo(longs(0, 2, 3));
    }

    @Test
    void theyStayNarrowWhileTheyCan() throws IOException {
        Path file = write(3);

        assertThat(array(file, "indices", "'<i4'", "(3,)").remaining()).isEqualTo(3 * Integer.BYTES);
        assertThat(array(file, "indptr", "'<i4'", "(3,)").remaining()).isEqualTo(3 * Integer.BYTES);
    }

    private static LongBuffer longs(long... values) {
        return LongBuffer.wrap(values);
    }

    /** Writes three active features on two tokens. */
    private Path write(long widestInt) {
        Path file = folder.resolve("f.npz");
        Provenance provenance = Provenance.builder()
                .name("sae")
                .source("x", List.of())
                .version("1")
                .build();
        try (NpzOutput output = NpzOutput.create(
                OutputFile.of(file), FeatureStream.of(twoTokens(), CONFIG, () -> provenance), widestInt)) {
            output.write(
                    TokenBatch.of(new float[2][6]),
                    SparseFeatures.of(
                            6,
                            new long[] {2},
                            new int[] {0, 2, 3},
                            new int[] {1, 5, 0},
                            new float[] {1, 2, 3},
                            InverseTransform.identity()));
            output.finish();
            output.commit();
        }
        return file;
    }

    private Layout twoTokens() {
        Path file = folder.resolve("x.safetensors");
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file, List.of(new TensorSpec("x", Dtype.F32, 2, 4)), Map.of())) {
            writer.write("x", ByteBuffer.allocate(32));
            writer.commit();
        }
        try (Activations activations = Activations.from(file).openFor(InputRequirements.of("sae", CONFIG))) {
            return activations.layout();
        }
    }

    private static ByteBuffer array(Path file, String name, String descr, String shape) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry entry = zip.getEntry(name + ".npy");
            ByteBuffer bytes =
                    ByteBuffer.wrap(zip.getInputStream(entry).readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
            int begin = 10 + bytes.getShort(8);
            String header = new String(bytes.array(), 10, begin - 10, StandardCharsets.US_ASCII);
            assertThat(header).contains("'descr': " + descr).contains("'shape': " + shape);
            return bytes.position(begin).slice().order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
