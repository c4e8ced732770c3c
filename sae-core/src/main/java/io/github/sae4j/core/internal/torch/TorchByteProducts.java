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
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Products of 8-bit numbers by libtorch, which has them from oneDNN: exact sums in int32. */
final class TorchByteProducts implements ByteProducts {

    private static final int TRIAL_TOKENS = 32;
    private static final int TRIAL_FEATURES = 2048;
    private static final int TRIALS = 7;

    /** Enough features for every pattern, and for whatever libtorch does with several at once. */
    private static final int CHECKED_FEATURES = 32;

    /** How many times as fast as those of float32 products of 8-bit numbers must be, for what follows them to pay. */
    private static final double WORTH = 1.5;

    private final Script script = Script.withRule("h");
    private final PreparedEncoder encoder;

    private TorchByteProducts(PreparedEncoder encoder) {
        this.encoder = encoder;
    }

    /**
     * Returns the products with an encoder, or null where libtorch has none on this processor that are fast and exact: both is
     * tried. Instructions that add two products of 8 bits up in 16 are fast too, but cut off what is too large for those.
     */
    static @Nullable ByteProducts of(PreparedEncoder encoder) {
        TorchByteProducts products = new TorchByteProducts(encoder);
        return products.areFast() && products.areExact() ? products : null;
    }

    private boolean areExact() {
        int width = encoder.stride();
        ByteBuffer tokens = extremes(TRIAL_TOKENS, width);
        ByteBuffer weights = extremes(CHECKED_FEATURES, width);
        ByteBuffer products = ByteBuffer.allocateDirect(TRIAL_TOKENS * CHECKED_FEATURES * Integer.BYTES)
                .order(ByteOrder.nativeOrder());
        for (int count : new int[] {1, TRIAL_TOKENS}) {
            multiply(tokens, count, weights, CHECKED_FEATURES, products);
            for (int token = 0; token < count; token++) {
                for (int feature = 0; feature < CHECKED_FEATURES; feature++) {
                    int sum = 0;
                    for (int k = 0; k < width; k++) {
                        sum += tokens.get(token * width + k) * weights.get(feature * width + k);
                    }
                    if (sum != products.getInt((token * CHECKED_FEATURES + feature) * Integer.BYTES)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** Returns rows of the largest number, of its negative, of both by turns, and of any. */
    private static ByteBuffer extremes(int rows, int width) {
        ByteBuffer numbers = ByteBuffer.allocateDirect(rows * width);
        SplittableRandom random = new SplittableRandom(1);
        for (int row = 0; row < rows; row++) {
            for (int k = 0; k < width; k++) {
                int number = switch (row % 4) {
                    case 0 -> PreparedEncoder.LARGEST;
                    case 1 -> -PreparedEncoder.LARGEST;
                    case 2 -> k % 2 == 0 ? PreparedEncoder.LARGEST : -PreparedEncoder.LARGEST;
                    default -> random.nextInt(-PreparedEncoder.LARGEST, PreparedEncoder.LARGEST + 1);
                };
                numbers.put(row * width + k, (byte) number);
            }
        }
        return numbers;
    }

    private boolean areFast() {
        int features = Math.min(TRIAL_FEATURES, encoder.dSae());
        int width = encoder.stride();
        try (PtNDManager trial = TorchRuntime.newManager(Device.cpu())) {
            PtNDArray x = (PtNDArray) trial.ones(new Shape(TRIAL_TOKENS, width));
            PtNDArray w = (PtNDArray) trial.ones(new Shape(features, width));
            PtNDArray bytes = x.toType(DataType.INT8, true);
            PtNDArray byteWeights = w.toType(DataType.INT8, true);
            PtNDArray out = (PtNDArray) trial.zeros(new Shape(TRIAL_TOKENS, features), DataType.INT32);
            PtNDArray floats = (PtNDArray) trial.zeros(new Shape(TRIAL_TOKENS, features));
            long best = Long.MAX_VALUE;
            long bestOfFloats = Long.MAX_VALUE;
            for (int i = 0; i < TRIALS; i++) {
                long start = System.nanoTime();
                multiply("float_products", x, w, floats);
                long between = System.nanoTime();
                multiply("byte_products", bytes, byteWeights, out);
                bestOfFloats = Math.min(bestOfFloats, between - start);
                best = Math.min(best, System.nanoTime() - between);
            }
            return best * WORTH <= bestOfFloats;
        }
    }

    @Override
    public void multiply(ByteBuffer tokens, int count, ByteBuffer products) {
        multiply(tokens, count, encoder.quantized(), encoder.dSae(), products);
    }

    private void multiply(ByteBuffer tokens, int count, ByteBuffer weights, int features, ByteBuffer products) {
        int width = encoder.stride();
        try (PtNDManager call = TorchRuntime.newManager(Device.cpu())) {
            PtNDArray x = over(call, tokens, new Shape(count, width), DataType.INT8);
            PtNDArray w = over(call, weights, new Shape(features, width), DataType.INT8);
            multiply("byte_products", x, w, over(call, products, new Shape(count, features), DataType.INT32));
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
