package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.sae4j.core.internal.host.ByteProducts;
import io.github.sae4j.core.internal.host.PreparedEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Products of 8-bit numbers by libtorch, which has them from oneDNN: exact sums in int32. */
final class TorchByteProducts implements ByteProducts {

    private static final int TRIAL_TOKENS = 32;
    private static final int TRIAL_FEATURES = 2048;
    private static final int TRIALS = 7;

    /** How many times as fast as those of float32 products of 8-bit numbers must be, for what follows them to pay. */
    private static final double WORTH = 1.5;

    private final Script script = Script.withRule("h");
    private final PreparedEncoder encoder;

    private TorchByteProducts(PreparedEncoder encoder) {
        this.encoder = encoder;
    }

    /**
     * Returns the products with an encoder, or null where libtorch has none on this processor that are fast and exact: both are
     * tried. Processors without instructions for 8-bit products may add them up in 16 bits, which do not hold the largest.
     */
    static @Nullable ByteProducts of(PreparedEncoder encoder) {
        TorchByteProducts products = new TorchByteProducts(encoder);
        return products.areFastAndExact() ? products : null;
    }

    private boolean areFastAndExact() {
        int features = Math.min(TRIAL_FEATURES, encoder.dSae());
        int width = encoder.stride();
        ByteBuffer x = alternating(TRIAL_TOKENS, width);
        ByteBuffer w = alternating(features, width);
        ByteBuffer out = ByteBuffer.allocateDirect(TRIAL_TOKENS * features * Integer.BYTES)
                .order(ByteOrder.nativeOrder());
        try (PtNDManager trial = TorchRuntime.newManager(Device.cpu())) {
            PtNDArray bytes = over(trial, x, new Shape(TRIAL_TOKENS, width), DataType.INT8);
            PtNDArray byteWeights = over(trial, w, new Shape(features, width), DataType.INT8);
            PtNDArray sums = over(trial, out, new Shape(TRIAL_TOKENS, features), DataType.INT32);
            PtNDArray floats = bytes.toType(DataType.FLOAT32, true);
            PtNDArray floatWeights = byteWeights.toType(DataType.FLOAT32, true);
            PtNDArray floatSums = (PtNDArray) trial.zeros(new Shape(TRIAL_TOKENS, features));
            long best = Long.MAX_VALUE;
            long bestOfFloats = Long.MAX_VALUE;
            for (int i = 0; i < TRIALS; i++) {
                long start = System.nanoTime();
                multiply("float_products", floats, floatWeights, floatSums);
                long between = System.nanoTime();
                multiply("byte_products", bytes, byteWeights, sums);
                bestOfFloats = Math.min(bestOfFloats, between - start);
                best = Math.min(best, System.nanoTime() - between);
            }
            return best * WORTH <= bestOfFloats && areExact(out, features, width);
        }
    }

    /** Returns rows of the largest number and the smallest, by turns. */
    private static ByteBuffer alternating(int rows, int width) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(rows * width);
        for (int row = 0; row < rows; row++) {
            for (int k = 0; k < width; k++) {
                bytes.put((byte) (row % 2 == 0 ? PreparedEncoder.LARGEST : -PreparedEncoder.LARGEST));
            }
        }
        return bytes;
    }

    private static boolean areExact(ByteBuffer sums, int features, int width) {
        int largest = PreparedEncoder.LARGEST * PreparedEncoder.LARGEST * width;
        for (int token = 0; token < TRIAL_TOKENS; token++) {
            for (int feature = 0; feature < features; feature++) {
                int sum = sums.getInt((token * features + feature) * Integer.BYTES);
                if (sum != ((token + feature) % 2 == 0 ? largest : -largest)) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public void multiply(ByteBuffer tokens, int count, ByteBuffer products) {
        int dSae = encoder.dSae();
        int width = encoder.stride();
        try (PtNDManager call = TorchRuntime.newManager(Device.cpu())) {
            PtNDArray x = over(call, tokens, new Shape(count, width), DataType.INT8);
            PtNDArray w = over(call, encoder.quantized(), new Shape(dSae, width), DataType.INT8);
            multiply("byte_products", x, w, over(call, products, new Shape(count, dSae), DataType.INT32));
        }
    }

    private void multiply(String kernel, PtNDArray x, PtNDArray w, PtNDArray out) {
        try (Script.Call call = script.call(kernel)) {
            call.with(x).with(w).with(out).runInPlace();
        }
    }

    private static PtNDArray over(PtNDManager manager, ByteBuffer memory, Shape shape, DataType type) {
        int bytes = Math.toIntExact(shape.size() * type.getNumOfBytes());
        return TorchWeights.keep(manager.create(
                memory.duplicate().order(ByteOrder.nativeOrder()).position(0).limit(bytes), shape, type));
    }
}
