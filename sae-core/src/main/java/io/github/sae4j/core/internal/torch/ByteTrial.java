package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.sae4j.core.internal.host.ByteProducts;
import io.github.sae4j.core.internal.host.PreparedEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * Tries whether products of 8-bit numbers are fast and exact on this processor. Instructions that add two of them up in 16
 * bits are fast too, but cut off what is too large for those.
 */
final class ByteTrial {

    private static final int TOKENS = 32;
    private static final int FEATURES = 2048;
    private static final int TIMES = 7;

    /** Enough features for every pattern, and for whatever libtorch does with several at once. */
    private static final int CHECKED_FEATURES = 32;

    /** How many times as fast as those of float32 products of 8-bit numbers must be, for what follows them to pay. */
    private static final double WORTH = 1.5;

    private final Script script = Script.withRule("h");
    private final int features;
    private final int width;
    private final ByteBuffer tokens;

    /** How products are made that are tried. */
    @FunctionalInterface
    interface Maker {

        /** Returns the products with rows, {@code [features, width]} from position 0. */
        ByteProducts over(ByteBuffer rows, int features, int width);
    }

    ByteTrial(PreparedEncoder encoder) {
        this.features = Math.min(FEATURES, encoder.dSae());
        this.width = encoder.stride();
        this.tokens = extremes(TOKENS, width);
    }

    boolean passes(Maker maker) {
        return areExact(maker) && areFast(maker);
    }

    private boolean areExact(Maker maker) {
        ByteBuffer rows = extremes(CHECKED_FEATURES, width);
        ByteProducts products = maker.over(rows, CHECKED_FEATURES, width);
        ByteBuffer sums = room(CHECKED_FEATURES);
        for (int count : new int[] {1, 2, TOKENS}) {
            products.multiply(tokens, count, sums);
            for (int token = 0; token < count; token++) {
                for (int feature = 0; feature < CHECKED_FEATURES; feature++) {
                    int sum = 0;
                    for (int k = 0; k < width; k++) {
                        sum += tokens.get(token * width + k) * rows.get(feature * width + k);
                    }
                    if ((float) sum != (float) sums.getInt((token * CHECKED_FEATURES + feature) * Integer.BYTES)) {
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

    private static ByteBuffer room(int features) {
        return ByteBuffer.allocateDirect(TOKENS * features * Integer.BYTES).order(ByteOrder.nativeOrder());
    }

    private boolean areFast(Maker maker) {
        ByteProducts products = maker.over(extremes(features, width), features, width);
        ByteBuffer sums = room(features);
        try (PtNDManager trial = TorchRuntime.newManager(Device.cpu())) {
            PtNDArray x = (PtNDArray) trial.ones(new Shape(TOKENS, width));
            PtNDArray w = (PtNDArray) trial.ones(new Shape(features, width));
            PtNDArray floats = (PtNDArray) trial.zeros(new Shape(TOKENS, features));
            long best = Long.MAX_VALUE;
            long bestOfFloats = Long.MAX_VALUE;
            for (int i = 0; i < TIMES; i++) {
                long start = System.nanoTime();
                try (Script.Call call = script.call("float_products")) {
                    call.with(x).with(w).with(floats).runInPlace();
                }
                long between = System.nanoTime();
                products.multiply(tokens, TOKENS, sums);
                bestOfFloats = Math.min(bestOfFloats, between - start);
                best = Math.min(best, System.nanoTime() - between);
            }
            return best * WORTH <= bestOfFloats;
        }
    }
}
