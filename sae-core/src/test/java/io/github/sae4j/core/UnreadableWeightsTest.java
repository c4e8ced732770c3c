package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Weights that change under an open SAE end in a sentence, and other SAEs go on. */
class UnreadableWeightsTest {

    private static final int D_IN = 512;
    private static final int D_SAE = 1024;

    @TempDir
    Path folder;

    /** A source that finds its weights changed when it is told to. */
    private static final class Watched implements SaeSource {

        private boolean changed;

        @Override
        public String description() {
            return "watched";
        }

        @Override
        public Optional<String> repository() {
            return Optional.empty();
        }

        @Override
        public Optional<String> commit() {
            return Optional.empty();
        }

        @Override
        public List<String> files() {
            return List.of();
        }

        @Override
        public String sha256() {
            throw new SaeException("There is none.");
        }

        @Override
        public void requireUnchanged() {
            if (changed) {
                throw new SaeException("The weights have changed.");
            }
        }
    }

    private MappedByteBuffer mapped(Path file) throws IOException {
        Files.write(file, new byte[D_IN * D_SAE * Float.BYTES]);
        try (FileChannel channel = FileChannel.open(file)) {
            MappedByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            bytes.order(ByteOrder.LITTLE_ENDIAN);
            return bytes;
        }
    }

    private static SaeBuilder builder(WeightMatrix encoder) {
        return SparseAutoencoder.builder(TinySae.config(D_IN, D_SAE, Normalization.NONE, Reshape.NONE, false))
                .encoder(encoder)
                .decoder(WeightMatrix.of(new float[D_SAE][D_IN]))
                .decoderBias(new float[D_IN])
                .activation(Relu.of(new float[D_SAE]));
    }

    @ParameterizedTest
    @EnumSource(Kernel.class)
    void areNoticedBeforeTheyAreRead(Kernel kernel) {
        Watched source = new Watched();
        TinySae tiny = TinySae.of(16, 40);
        try (SparseAutoencoder sae =
                tiny.builder().source(source).kernel(kernel).build()) {
            float[][] activations = tiny.activations(2, 1);
            SparseFeatures features = sae.encode(activations);
            source.changed = true;
            assertThatThrownBy(() -> sae.encode(activations)).hasMessage("The weights have changed.");
            assertThatThrownBy(() -> sae.decode(features)).hasMessage("The weights have changed.");
            assertThatThrownBy(() -> sae.reconstruct(activations)).hasMessage("The weights have changed.");
            source.changed = false;
            assertThat(sae.encode(activations).activeCount()).isEqualTo(features.activeCount());
        }
    }

    @ParameterizedTest
    @EnumSource(value = Kernel.class, names = "TORCHSCRIPT", mode = EnumSource.Mode.EXCLUDE)
    @EnabledOnOs(OS.LINUX)
    void endInASentenceWhereTheirFileWasCut(Kernel kernel) throws IOException {
        Path file = folder.resolve("weights");
        WeightMatrix encoder = WeightMatrix.of(WeightType.FLOAT32, D_IN, D_SAE, List.of(mapped(file)));
        try (SparseAutoencoder sae = builder(encoder).kernel(kernel).build()) {
            float[][] activations = new float[8][D_IN];
            assertThat(sae.encode(activations).activeCount()).isZero();
            try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
                cut.setLength(4096);
            }
            for (int again = 0; again < 3; again++) {
                assertThatThrownBy(() -> sae.encode(activations))
                        .isInstanceOf(SaeException.class)
                        .hasMessageContaining("cannot be read any more")
                        .hasMessageEndingWith("or its disk fails. Open the SAE again.");
            }
        }
        try (SparseAutoencoder other =
                builder(WeightMatrix.of(new float[D_IN][D_SAE])).kernel(kernel).build()) {
            assertThat(other.encode(new float[8][D_IN]).activeCount()).isZero();
        }
    }
}
