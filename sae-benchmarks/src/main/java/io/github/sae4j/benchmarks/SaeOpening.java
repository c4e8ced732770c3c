package io.github.sae4j.benchmarks;

import io.github.sae4j.core.SaeParts;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.loader.SaeLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An SAE opened in another way than its files say: other weights, another encoder's layout, other fields of its configuration. */
final class SaeOpening {

    private static final int FEATURES_A_BLOCK = 64;
    private static final int MAPPED_BYTES = 1 << 30;

    private SaeOpening() {}

    /**
     * Opens an SAE.
     *
     * @param kernel as {@link BenchmarkData#loader} takes it
     * @param settings {@code dtype=TYPE} for the weights in another number format, {@code encoder=transposed} for an encoder
     *     that lies feature by feature in a mapped file, and else {@code FIELD=VALUE} of the configuration
     */
    static SparseAutoencoder open(Path folder, String kernel, List<String> settings) {
        boolean transposed = settings.contains("encoder=transposed");
        SaeLoader loader = BenchmarkData.loader(folder, transposed ? "default" : kernel);
        for (String setting : settings) {
            String[] parts = setting.split("=", 2);
            if (parts[0].equals("dtype")) {
                loader.dtype(type(parts[1]));
            } else if (!parts[0].equals("encoder")) {
                boolean number = parts[1].chars().allMatch(Character::isDigit);
                loader.override(parts[0], number ? Integer.valueOf(parts[1]) : parts[1]);
            }
        }
        return transposed ? transposed(loader, kernel) : loader.open();
    }

    /** Returns the number format with a label. */
    static WeightType type(String label) {
        return Arrays.stream(WeightType.values())
                .filter(type -> type.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new BenchmarkException("There is no number format " + label + "."));
    }

    private static SparseAutoencoder transposed(SaeLoader loader, String kernel) {
        try (SparseAutoencoder sae = loader.open()) {
            SaeParts parts = sae.parts();
            if (parts.encoder().isEmpty() || parts.decoder().isEmpty()) {
                throw new BenchmarkException("There is no encoder to lay transposed, or no decoder.");
            }
            return BenchmarkData.choose(SparseAutoencoder.builder(sae.config()), kernel)
                    .encoder(transposed(parts.encoder().orElseThrow()))
                    .decoder(parts.decoder().orElseThrow())
                    .decoderBias(parts.decoderBias())
                    .activation(parts.activation())
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the same matrix over a mapped file of its columns. */
    private static WeightMatrix transposed(WeightMatrix encoder) throws IOException {
        if (encoder.isTransposed()) {
            return encoder;
        }
        Path file = Files.createTempFile("encoder", ".transposed");
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
            int features = (int) encoder.columns();
            for (int first = 0; first < features; first += FEATURES_A_BLOCK) {
                ByteBuffer block = columns(encoder, first, Math.min(FEATURES_A_BLOCK, features - first));
                while (block.hasRemaining()) {
                    channel.write(block);
                }
            }
            long rowBytes = encoder.rows() * encoder.type().bytes();
            long whole = MAPPED_BYTES / rowBytes * rowBytes;
            List<ByteBuffer> parts = new ArrayList<>();
            for (long at = 0; at < channel.size(); at += whole) {
                parts.add(channel.map(FileChannel.MapMode.READ_ONLY, at, Math.min(whole, channel.size() - at)));
            }
            return WeightMatrix.of(encoder.type(), features, encoder.rows(), parts)
                    .transposed();
        }
    }

    private static ByteBuffer columns(WeightMatrix matrix, int first, int count) {
        WeightType type = matrix.type();
        int rows = (int) matrix.rows();
        int rowBytes = (int) matrix.columns() * type.bytes();
        ByteBuffer columns = ByteBuffer.allocate(count * rows * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        int row = 0;
        for (ByteBuffer part : matrix.parts()) {
            for (int at = 0; at < part.remaining(); at += rowBytes) {
                for (int column = 0; column < count; column++) {
                    float weight = type.get(part, at + (first + column) * type.bytes());
                    type.put(columns, (column * rows + row) * type.bytes(), weight);
                }
                row++;
            }
        }
        return columns;
    }
}
