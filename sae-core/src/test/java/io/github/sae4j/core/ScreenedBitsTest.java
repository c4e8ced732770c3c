package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.github.sae4j.core.internal.host.ByteProducts;
import io.github.sae4j.core.internal.host.HostSae;
import io.github.sae4j.core.internal.host.KernelParts;
import io.github.sae4j.core.internal.host.PreparedEncoder;
import io.github.sae4j.core.internal.host.Rows;
import io.github.sae4j.core.internal.host.Screen;
import io.github.sae4j.core.internal.host.Stop;
import io.github.sae4j.core.internal.host.Workers;
import io.github.sae4j.core.internal.kernel.KernelChoice;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** No feature is missed, and none is found with other bits, where products of 8-bit numbers show which may be active. */
class ScreenedBitsTest {

    /** Tokens times features of one road. */
    private static final long PAIRS = 10_000_000;

    /**
     * Those of tokens of which thresholds leave few features, as they do in use: tokens with many are encoded by the dense
     * kernel, and tell nothing of what is found by products of 8-bit numbers.
     */
    private static final long SPARSE = 1_000_000;

    /** Every so many SAEs, products in 8 bits are those below and not libtorch's, which are faster. */
    private static final int IN_JAVA = 8;

    private static final int[] COUNTS = {1, 2, 3, 7};

    private final Workers workers = new Workers(SaeRuntime.shared().pool(), new Stop());

    @Test
    void areThoseOfTheDenseKernelWhateverSumsAreLike() {
        long first = Long.getLong("sae.seed", System.nanoTime() & 0xffffff);
        long many = 0;
        long few = 0;
        long sparse = 0;
        for (long seed = first; many < PAIRS || few < PAIRS || sparse < SPARSE; seed++) {
            ScreenedCase tried = new ScreenedCase(seed);
            String what = "-Dsae.seed=" + seed + ": " + tried;
            HostSae dense = tried.open(tried.parts(), workers);
            Rows expected = tried.encode(dense, 0, tried.tokens());

            KernelParts prepared = KernelChoice.prepared(tried.parts(), Device.cpu(), Kernel.VECTOR, workers);
            HostSae screened =
                    tried.open(seed % IN_JAVA == 0 ? inJava(tried, largest(seed)) : orInJava(tried, prepared), workers);
            assertSame(tried.encode(screened, 0, tried.tokens()), expected, 0, what);
            many += (long) tried.tokens() * tried.dSae();
            if (tried.isSparse()) {
                sparse += (long) tokensWithFew(expected, tried.dSae() / 32) * tried.dSae();
            }

            for (int count : COUNTS) {
                assertSame(tried.encode(screened, 5, count), expected, 5, what + ", " + count + " tokens");
            }
            HostSae byRows = tried.open(byRows(prepared), workers);
            assertSame(tried.encode(byRows, 5, 1), expected, 5, what + ", a token by rows");
            for (int token = 0; token + 2 <= tried.tokens(); token += 2) {
                assertSame(tried.encode(byRows, token, 2), expected, token, what + ", by rows from token " + token);
                few += 2L * tried.dSae();
            }
        }
    }

    private static int tokensWithFew(Rows rows, int most) {
        int found = 0;
        for (int token = 0; token + 1 < rows.offsets().length; token++) {
            found += rows.offsets()[token + 1] - rows.offsets()[token] <= most ? 1 : 0;
        }
        return found;
    }

    /** Processors that add products up in 16 bits have smaller numbers. */
    private static int largest(long seed) {
        return seed % (2 * IN_JAVA) == 0 ? PreparedEncoder.LARGEST / 2 + 1 : PreparedEncoder.LARGEST;
    }

    private KernelParts orInJava(ScreenedCase tried, KernelParts prepared) {
        Screen screen = prepared.screen();
        return screen != null && screen.products() != null ? prepared : inJava(tried, PreparedEncoder.LARGEST);
    }

    private KernelParts inJava(ScreenedCase tried, int largest) {
        KernelParts parts = tried.parts();
        PreparedEncoder encoder =
                PreparedEncoder.of(Objects.requireNonNull(parts.encoder(), "encoder"), largest, workers);
        return parts.with(new Screen(encoder, new JavaProducts(encoder)));
    }

    /** As where nothing multiplies 8-bit numbers fast. */
    private static KernelParts byRows(KernelParts prepared) {
        return prepared.with(new Screen(encoder(prepared), null));
    }

    private static PreparedEncoder encoder(KernelParts prepared) {
        return Objects.requireNonNull(prepared.screen(), "screen").encoder();
    }

    /** The products as they are meant. */
    private record JavaProducts(PreparedEncoder encoder) implements ByteProducts {

        @Override
        public void multiply(ByteBuffer tokens, int count, Consumer<ByteBuffer> products) {
            ByteBuffer sums = ByteBuffer.allocateDirect(count * encoder.dSae() * Float.BYTES)
                    .order(ByteOrder.nativeOrder());
            int stride = encoder.stride();
            byte[] weights = new byte[stride];
            byte[] token = new byte[stride];
            for (int feature = 0; feature < encoder.dSae(); feature++) {
                encoder.quantized().position(feature * stride).get(weights);
                for (int i = 0; i < count; i++) {
                    tokens.duplicate().position(i * stride).get(token);
                    int sum = 0;
                    for (int k = 0; k < stride; k++) {
                        sum += token[k] * weights[k];
                    }
                    sums.putFloat((i * encoder.dSae() + feature) * Float.BYTES, sum);
                }
            }
            products.accept(sums);
        }

        @Override
        public int fewest() {
            return 1;
        }
    }

    private static void assertSame(Rows found, Rows expected, int firstToken, String what) {
        for (int token = 0; token + 1 < found.offsets().length; token++) {
            int at = found.offsets()[token];
            int from = expected.offsets()[firstToken + token];
            int count = expected.offsets()[firstToken + token + 1] - from;
            assertThat(found.offsets()[token + 1] - at)
                    .as("%s: active features of token %d", what, firstToken + token)
                    .isEqualTo(count);
            for (int i = 0; i < count; i++) {
                if (found.indices()[at + i] != expected.indices()[from + i]
                        || Float.floatToIntBits(found.values()[at + i])
                                != Float.floatToIntBits(expected.values()[from + i])) {
                    throw new AssertionError(what + ": token " + (firstToken + token) + " has feature "
                            + found.indices()[at + i] + " of " + found.values()[at + i] + " where "
                            + expected.indices()[from + i] + " of " + expected.values()[from + i] + " is expected");
                }
            }
        }
    }
}
