package io.github.sae4j.analysis.machine;

import ai.djl.Device;
import io.github.sae4j.analysis.AnalysisException;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeBuilder;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A standard SAE in memory, of Gaussian weights made from a seed. Its biases are such that for Gaussian activations of some
 * scale few features are active. Immutable.
 *
 * <p>On the device and with the kernel that an SAE has by default:
 *
 * <pre>{@code
 * RandomWeights weights = RandomWeights.of(768, 24_576, WeightType.BFLOAT16);
 * try (SparseAutoencoder random = weights.open()) {
 *     new Bench(random, Limits.measure(), List.of(512), 2)
 *             .run(row -> System.out.println(row.work() + ": " + row.tokensPerSecond() + " tokens/s"));
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class RandomWeights {

    private static final long SEED = 1;
    private static final int TABLE_BITS = 12;
    private static final int TABLE_MASK = (1 << TABLE_BITS) - 1;
    private static final long PART_BYTES = 1L << 28;

    private final int dIn;
    private final int dSae;
    private final WeightType type;
    private final @Nullable Device device;
    private final @Nullable Kernel kernel;
    private final boolean prepared;

    private RandomWeights(
            int dIn, int dSae, WeightType type, @Nullable Device device, @Nullable Kernel kernel, boolean prepared) {
        this.dIn = dIn;
        this.dSae = dSae;
        this.type = type;
        this.device = device;
        this.kernel = kernel;
        this.prepared = prepared;
    }

    /**
     * Returns what is made of sizes.
     *
     * @param dIn the width of an activation, at least 1
     * @param dSae the number of features, at least 1
     * @param type how weights are stored
     * @throws IllegalArgumentException if a size is below 1
     */
    public static RandomWeights of(int dIn, int dSae, WeightType type) {
        if (dIn < 1 || dSae < 1) {
            throw new IllegalArgumentException("d_in and d_sae must be at least 1, not " + dIn + " and " + dSae + ".");
        }
        return new RandomWeights(dIn, dSae, Objects.requireNonNull(type, "type"), null, null, false);
    }

    /**
     * Returns the same for a device.
     *
     * @param where the device
     */
    public RandomWeights withDevice(Device where) {
        return new RandomWeights(dIn, dSae, type, Objects.requireNonNull(where, "where"), kernel, prepared);
    }

    /**
     * Returns the same for a kernel.
     *
     * @param wanted the kernel
     */
    public RandomWeights withKernel(Kernel wanted) {
        return new RandomWeights(dIn, dSae, type, device, Objects.requireNonNull(wanted, "wanted"), prepared);
    }

    /**
     * Returns the same with or without an encoder that is {@linkplain SaeBuilder#prepared prepared}.
     *
     * @param forManyCalls whether it is prepared for many calls
     */
    public RandomWeights withPrepared(boolean forManyCalls) {
        return new RandomWeights(dIn, dSae, type, device, kernel, forManyCalls);
    }

    /**
     * Makes the SAE, which the caller closes.
     *
     * @throws AnalysisException if there is no memory for it
     * @throws io.github.sae4j.core.SaeException if there is no such device, no such kernel for it, or no memory to prepare
     *     it
     */
    public SparseAutoencoder open() {
        float[] bias = new float[dSae];
        Arrays.fill(bias, -1);
        try {
            SaeBuilder builder = SparseAutoencoder.builder(SaeConfig.standard(dIn, dSae))
                    .encoder(matrix(dIn, dSae, SEED))
                    .decoder(matrix(dSae, dIn, SEED + 1))
                    .decoderBias(new float[dIn])
                    .activation(Relu.of(bias))
                    .prepared(prepared);
            if (device != null) {
                builder.device(device);
            }
            if (kernel != null) {
                builder.kernel(kernel);
            }
            return builder.build();
        } catch (OutOfMemoryError e) {
            long bytes = 2L * dIn * dSae * type.bytes();
            throw new AnalysisException(
                    AnalysisException.Reason.TOO_LARGE,
                    "The SAE to measure with takes " + bytes / 1_000_000
                            + " MB of memory beside the heap, and Java may use less: start Java with"
                            + " -XX:MaxDirectMemorySize=" + (bytes / 1_000_000_000 + 1)
                            + "g, or take a smaller d_in, d_sae or number type.",
                    e);
        }
    }

    private WeightMatrix matrix(int rows, int columns, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] table = gaussianTable(random);
        long rowBytes = (long) columns * type.bytes();
        if (rowBytes > Integer.MAX_VALUE) {
            throw new AnalysisException(
                    AnalysisException.Reason.TOO_LARGE,
                    "An SAE with rows of " + rowBytes + " bytes is too large to be made in memory.");
        }
        int rowsOfAPart = (int) Math.max(1, PART_BYTES / rowBytes);
        List<ByteBuffer> parts = new ArrayList<>();
        for (int first = 0; first < rows; first += rowsOfAPart) {
            int count = Math.min(rowsOfAPart, rows - first);
            parts.add(part((int) (count * rowBytes), table, random));
        }
        return WeightMatrix.of(type, rows, columns, parts);
    }

    /** Looking numbers up in a table of them takes a nanosecond for each; drawing each from the distribution takes ten. */
    private ByteBuffer part(int bytes, byte[] table, SplittableRandom random) {
        ByteBuffer part = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer numbers = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
        while (part.hasRemaining()) {
            long bits = random.nextLong();
            for (int i = 0; i < Long.SIZE / 16 && part.hasRemaining(); i++) {
                int place = (int) (bits >>> (16 * i)) & TABLE_MASK;
                if (type.bytes() == Short.BYTES) {
                    part.putShort(numbers.getShort(place * Short.BYTES));
                } else {
                    part.putInt(numbers.getInt(place * Integer.BYTES));
                }
            }
        }
        return part.flip();
    }

    /** Returns numbers of mean 0 and variance 1 / d_in as they are stored. */
    private byte[] gaussianTable(SplittableRandom random) {
        float[] numbers = new float[1 << TABLE_BITS];
        double deviation = 1 / Math.sqrt(dIn);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) (deviation * random.nextGaussian());
        }
        ByteBuffer stored =
                WeightMatrix.of(new float[][] {numbers}).as(type).parts().get(0);
        byte[] table = new byte[stored.remaining()];
        stored.get(table);
        return table;
    }
}
