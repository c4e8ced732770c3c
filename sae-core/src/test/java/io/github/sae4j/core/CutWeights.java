package io.github.sae4j.core;

import ai.djl.Device;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An SAE one of whose matrices is in a mapped file that is cut while the SAE is open. As a program it calls such an SAE
 * until the loops that read weights are compiled, cuts the file, and prints what the next call throws; in a process of its
 * own, because without a sentence the process ends.
 */
record CutWeights(SparseAutoencoder sae, Path file) implements AutoCloseable {

    static final int D_IN = 512;
    private static final int D_SAE = 1024;

    /** What is left of the file: a page. */
    private static final int LEFT = 4096;

    private static final int UNTIL_COMPILED = 3_000;

    static CutWeights encoder(Path folder, WeightType type, boolean transposed, Kernel kernel) throws IOException {
        Path file = folder.resolve("weights");
        WeightMatrix encoder =
                transposed ? mapped(file, type, D_SAE, D_IN).transposed() : mapped(file, type, D_IN, D_SAE);
        return new CutWeights(
                builder()
                        .encoder(encoder)
                        .decoder(WeightMatrix.of(new float[D_SAE][D_IN]))
                        .kernel(kernel)
                        .build(),
                file);
    }

    /** Returns a builder whose encoder's file was cut already. */
    static SaeBuilder builderOfCutEncoder(Path folder) throws IOException {
        Path file = folder.resolve("weights");
        WeightMatrix encoder = mapped(file, WeightType.FLOAT32, D_IN, D_SAE);
        cut(file);
        return builder().encoder(encoder).decoder(WeightMatrix.of(new float[D_SAE][D_IN]));
    }

    private static CutWeights decoder(Path folder, WeightType type) throws IOException {
        Path file = folder.resolve("weights");
        return new CutWeights(
                builder()
                        .encoder(WeightMatrix.of(new float[D_IN][D_SAE]))
                        .decoder(mapped(file, type, D_SAE, D_IN))
                        .kernel(Kernel.VECTOR)
                        .build(),
                file);
    }

    private static SaeBuilder builder() {
        return SparseAutoencoder.builder(SaeConfig.standard(D_IN, D_SAE))
                .decoderBias(new float[D_IN])
                .activation(Relu.of(new float[D_SAE]))
                .device(Device.cpu());
    }

    private static WeightMatrix mapped(Path file, WeightType type, int rows, int columns) throws IOException {
        Files.write(file, new byte[rows * columns * type.bytes()]);
        try (FileChannel channel = FileChannel.open(file)) {
            MappedByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            bytes.order(ByteOrder.LITTLE_ENDIAN);
            return WeightMatrix.of(type, rows, columns, List.of(bytes));
        }
    }

    void cut() throws IOException {
        cut(file);
    }

    private static void cut(Path file) throws IOException {
        try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
            cut.setLength(LEFT);
        }
    }

    @Override
    public void close() {
        sae.close();
    }

    public static void main(String[] args) throws IOException {
        WeightType type = WeightType.valueOf(System.getProperty("type"));
        if (System.getProperty("call").equals("decode")) {
            int[] active = IntStream.range(0, 7).map(i -> 100 + 100 * i).toArray();
            SparseFeatures features = SparseFeatures.of(
                    D_SAE,
                    new long[] {1},
                    new int[] {0, active.length},
                    active,
                    new float[] {1, 1, 1, 1, 1, 1, 1},
                    InverseTransform.identity());
            try (CutWeights weights = decoder(Path.of(""), type)) {
                weights.printWhatIsThrown(() -> weights.sae().decode(features));
            }
        } else {
            float[][] activations = new float[Integer.getInteger("tokens")][D_IN];
            try (CutWeights weights = encoder(Path.of(""), type, Boolean.getBoolean("transposed"), Kernel.VECTOR)) {
                weights.printWhatIsThrown(() -> weights.sae().encode(activations));
            }
        }
    }

    private void printWhatIsThrown(Runnable call) throws IOException {
        for (int time = 0; time < UNTIL_COMPILED; time++) {
            call.run();
        }
        cut();
        try {
            call.run();
        } catch (SaeException e) {
            System.out.println(e.getMessage());
        }
    }
}
