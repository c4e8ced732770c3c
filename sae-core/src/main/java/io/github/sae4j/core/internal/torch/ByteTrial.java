package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.sae4j.core.internal.host.ByteProducts;
import io.github.sae4j.core.internal.host.PreparedEncoder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries whether products of 8-bit numbers are fast and exact on this processor. Instructions that add two of them up in 16
 * bits are fast too, but cut off what is too large for those.
 */
final class ByteTrial {

    private static final Logger LOG = LoggerFactory.getLogger(ByteTrial.class);

    private static final int TOKENS = 32;
    private static final int TIMES = 7;

    /** Beside other work few runs tell too little: while it is open whether they are worth it, there are up to so many. */
    private static final int MOST_TIMES = 5 * TIMES;

    /** Weights that in float32 take more than caches hold, as an encoder's. */
    private static final int MANY_WEIGHTS = 24 << 20;

    /** Weights whose products take no time even where nobody has made them fast. */
    private static final int FEW_WEIGHTS = MANY_WEIGHTS / 32;

    /** Tokens of calls that are checked: libtorch takes other ways for few and for many. */
    private static final int[] CHECKED_TOKENS = {1, 2, 3, TOKENS, 65, 128};

    /** Features that libtorch may take at once; whatever is left of the encoder's by that is checked too. */
    private static final int AT_ONCE = 64;

    /** How many times as fast as those of float32 products of 8-bit numbers must be, for what follows them to pay. */
    private static final double WORTH = 1.5;

    /** Where nobody has made them fast, they are slower than this, and many of them take seconds. */
    private static final double HOPELESS = 0.25;

    private final Script script = Script.withRule("h");
    private final int dSae;
    private final int width;
    private final int checked;
    private final int largest;
    private final ByteBuffer tokens;

    /** How products are made that are tried. */
    @FunctionalInterface
    interface Maker {

        /** Returns the products with rows, {@code [features, width]} from position 0. */
        ByteProducts over(ByteBuffer rows, int features, int width);
    }

    /**
     * Creates it.
     *
     * @param dSae how many features an encoder has
     * @param width the numbers of a feature
     * @param largest the largest of them
     */
    ByteTrial(int dSae, int width, int largest) {
        this.dSae = dSae;
        this.width = width;
        this.checked = Math.min(dSae, 2 * AT_ONCE + dSae % AT_ONCE);
        this.largest = largest;
        this.tokens = extremes(CHECKED_TOKENS[CHECKED_TOKENS.length - 1], width, PreparedEncoder.LARGEST);
    }

    boolean passes(Maker maker) {
        return areExact(maker) && areFast(maker);
    }

    /** Returns whether products are exact, of the largest numbers too. */
    boolean areExact(Maker maker) {
        ByteBuffer rows = extremes(checked, width, largest);
        float[] expected = products(rows);
        ByteProducts products = maker.over(rows, checked, width);
        for (int count : CHECKED_TOKENS) {
            float[] found = new float[count * checked];
            products.multiply(tokens, count, sums -> sums.asFloatBuffer().get(found));
            if (!Arrays.equals(found, 0, found.length, expected, 0, found.length)) {
                return false;
            }
        }
        return true;
    }

    private float[] products(ByteBuffer rows) {
        byte[] row = new byte[width];
        byte[] token = new byte[width];
        float[] products = new float[tokens.capacity() / width * checked];
        for (int i = 0; i < products.length; i++) {
            tokens.get(i / checked * width, token);
            rows.get(i % checked * width, row);
            int sum = 0;
            for (int k = 0; k < width; k++) {
                sum += token[k] * row[k];
            }
            products[i] = sum;
        }
        return products;
    }

    /** Returns rows of the largest number, of its negative, of both by turns, and of any. */
    private static ByteBuffer extremes(int rows, int width, int largest) {
        ByteBuffer numbers = ByteBuffer.allocateDirect(rows * width);
        SplittableRandom random = new SplittableRandom(1);
        for (int row = 0; row < rows; row++) {
            for (int k = 0; k < width; k++) {
                int number = switch (row % 4) {
                    case 0 -> largest;
                    case 1 -> -largest;
                    case 2 -> k % 2 == 0 ? largest : -largest;
                    default -> random.nextInt(-largest, largest + 1);
                };
                numbers.put(row * width + k, (byte) number);
            }
        }
        return numbers;
    }

    private boolean areFast(Maker maker) {
        return gain(maker, features(FEW_WEIGHTS)) >= HOPELESS && gain(maker, features(MANY_WEIGHTS)) >= WORTH;
    }

    private int features(int weights) {
        return Math.min(dSae, Math.max(1, weights / width));
    }

    /** Returns how many times as fast products of 8-bit numbers are as those of float32. */
    private double gain(Maker maker, int features) {
        ByteProducts products = maker.over(extremes(features, width, largest), features, width);
        try (PtNDManager trial = TorchRuntime.newManager(Device.cpu())) {
            PtNDArray x = (PtNDArray) trial.ones(new Shape(TOKENS, width));
            PtNDArray w = (PtNDArray) trial.ones(new Shape(features, width));
            PtNDArray floats = (PtNDArray) trial.zeros(new Shape(TOKENS, features));
            long best = Long.MAX_VALUE;
            long bestOfFloats = Long.MAX_VALUE;
            for (int i = 0; i < TIMES || (i < MOST_TIMES && isOpen(bestOfFloats, best)); i++) {
                long start = System.nanoTime();
                try (Script.Call call = script.call("float_products")) {
                    call.with(x).with(w).with(floats).runInPlace();
                }
                long between = System.nanoTime();
                products.multiply(tokens, TOKENS, sums -> {});
                bestOfFloats = Math.min(bestOfFloats, between - start);
                best = Math.min(best, System.nanoTime() - between);
            }
            LOG.debug(
                    "{} tokens by {} features of up to {}: {} us in 8 bits, {} us in float32",
                    TOKENS,
                    features,
                    largest,
                    best / 1000,
                    bestOfFloats / 1000);
            return (double) bestOfFloats / best;
        }
    }

    private static boolean isOpen(long ofFloats, long ofBytes) {
        return ofBytes < ofFloats && ofBytes * WORTH > ofFloats;
    }
}
