package io.github.sae4j.core.internal.torch;

import io.github.sae4j.core.internal.host.ByteProducts;
import io.github.sae4j.core.internal.host.PreparedEncoder;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Products of 8-bit numbers by libtorch, which has them from oneDNN. One token is multiplied with the rows as they lie; for
 * more oneDNN would bring these into another order in each call, so they are kept in that order too where it has one.
 */
final class TorchByteProducts implements ByteProducts {

    private static final Logger LOG = LoggerFactory.getLogger(TorchByteProducts.class);

    private final ByteProducts one;
    private final ByteProducts many;

    private TorchByteProducts(ByteProducts one, ByteProducts many) {
        this.one = one;
        this.many = many;
    }

    /**
     * Returns the products with an encoder, or null where libtorch has none on this processor that are fast and exact: both is
     * tried.
     *
     * @param threads how many threads may work on a product, the caller's among them
     */
    static @Nullable ByteProducts of(PreparedEncoder encoder, int threads) {
        ByteTrial trial = new ByteTrial(encoder);
        ByteTrial.Maker plain = (rows, features, width) -> new PlainBytes(rows, features, width, threads);
        if (!ThreadLimit.within(threads, () -> trial.passes(plain))) {
            return null;
        }
        ByteProducts one = plain.over(encoder.quantized(), encoder.dSae(), encoder.stride());
        return new TorchByteProducts(one, packed(encoder, threads, trial, one));
    }

    private static ByteProducts packed(PreparedEncoder encoder, int threads, ByteTrial trial, ByteProducts otherwise) {
        ByteTrial.Maker packed = (rows, features, width) -> PackedBytes.of(rows, features, width, threads);
        try {
            if (encoder.stride() <= PackedBytes.MOST_INPUTS
                    && ThreadLimit.within(threads, () -> trial.passes(packed))) {
                return packed.over(encoder.quantized(), encoder.dSae(), encoder.stride());
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.debug("libtorch packs no 8-bit numbers: {}", e.getMessage());
        }
        return otherwise;
    }

    @Override
    public void multiply(ByteBuffer tokens, int count, Consumer<ByteBuffer> products) {
        (count == 1 ? one : many).multiply(tokens, count, products);
    }
}
