package io.github.sae4j.core.internal.torch;

import io.github.sae4j.core.internal.host.ByteMultiplier;
import io.github.sae4j.core.internal.host.ByteProducts;
import io.github.sae4j.core.internal.host.PreparedEncoder;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Products of 8-bit numbers by libtorch, which has them from oneDNN: with rows as they lie, which is the faster way for one
 * token, and with rows in the order in which oneDNN reads them, into which it would bring them in each call otherwise.
 *
 * @param largest the largest of a feature's numbers
 * @param multipliesPlain whether rows are multiplied as they lie
 * @param multipliesPacked whether rows are multiplied in oneDNN's order
 * @param threads how many threads may work on a product, the caller's among them
 */
record TorchBytes(int largest, boolean multipliesPlain, boolean multipliesPacked, int threads)
        implements ByteMultiplier {

    private static final Logger LOG = LoggerFactory.getLogger(TorchBytes.class);

    /**
     * With larger numbers of features, instructions that add two products up in 16 bits cut off: oneDNN makes tokens numbers of
     * 0 to 255, and {@code 2 * 255 * 64 < 2^15}.
     */
    static final int LARGEST_OF_PAIRS = 64;

    /**
     * Returns the products, or null where libtorch has none on this processor that are fast and exact: both is tried.
     *
     * @param features how many features an encoder has
     * @param stride the bytes of a feature's 8-bit numbers
     * @param threads how many threads may work on a product, the caller's among them
     */
    static @Nullable TorchBytes of(int features, int stride, int threads) {
        ByteTrial.Maker plain = (rows, count, width) -> new PlainBytes(rows, count, width, threads);
        ByteTrial.Maker packed = (rows, count, width) -> PackedBytes.of(rows, count, width, threads);
        boolean fitsPacked = stride <= PackedBytes.MOST_INPUTS;

        ByteTrial trial = new ByteTrial(features, stride, PreparedEncoder.LARGEST);
        boolean passesPlain = passes(trial, plain, threads);
        boolean passesPacked = fitsPacked && passes(trial, packed, threads);
        if (passesPlain || passesPacked) {
            return new TorchBytes(PreparedEncoder.LARGEST, passesPlain, passesPacked, threads);
        }
        return fitsPacked && passes(new ByteTrial(features, stride, LARGEST_OF_PAIRS), packed, threads)
                ? new TorchBytes(LARGEST_OF_PAIRS, false, true, threads)
                : null;
    }

    private static boolean passes(ByteTrial trial, ByteTrial.Maker maker, int threads) {
        try {
            return ThreadLimit.within(threads, () -> trial.passes(maker));
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.debug("libtorch multiplies no 8-bit numbers so: {}", e.getMessage());
            return false;
        }
    }

    @Override
    public ByteProducts over(PreparedEncoder encoder) {
        ByteProducts plain = new PlainBytes(encoder.quantized(), encoder.dSae(), encoder.stride(), threads);
        if (!multipliesPacked) {
            return plain;
        }
        try {
            ByteProducts packed = PackedBytes.of(encoder.quantized(), encoder.dSae(), encoder.stride(), threads);
            return multipliesPlain ? new OneOrMany(plain, packed) : packed;
        } catch (RuntimeException | OutOfMemoryError e) {
            if (!multipliesPlain) {
                throw e;
            }
            LOG.debug("libtorch packs no 8-bit numbers: {}", e.getMessage());
            return plain;
        }
    }

    private record OneOrMany(ByteProducts one, ByteProducts many) implements ByteProducts {

        @Override
        public void multiply(ByteBuffer tokens, int count, Consumer<ByteBuffer> products) {
            (count == 1 ? one : many).multiply(tokens, count, products);
        }

        @Override
        public int fewest() {
            return 1;
        }
    }
}
