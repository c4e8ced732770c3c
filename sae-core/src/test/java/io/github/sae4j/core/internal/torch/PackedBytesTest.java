package io.github.sae4j.core.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import io.github.sae4j.core.internal.host.PreparedEncoder;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of any processor: only where products are fast are they used, but where they are exact is not known before. */
class PackedBytesTest {

    private static final int WIDTH = 192;
    private static final int FEATURES = 133;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 100})
    void findWhatPlainRowsFind(int count) {
        assumeThatCode(Script::packedProducts)
                .as("libtorch has packed rows of 8-bit numbers here")
                .doesNotThrowAnyException();
        SplittableRandom random = new SplittableRandom(count);
        ByteBuffer rows = numbers(random, FEATURES);
        ByteBuffer tokens = numbers(random, count);
        float[] products = new float[count * FEATURES];
        PackedBytes.of(rows, FEATURES, WIDTH, 2)
                .multiply(tokens, count, sums -> sums.asFloatBuffer().get(products));
        for (int token = 0; token < count; token++) {
            for (int feature = 0; feature < FEATURES; feature++) {
                int sum = 0;
                for (int k = 0; k < WIDTH; k++) {
                    sum += tokens.get(token * WIDTH + k) * rows.get(feature * WIDTH + k);
                }
                assertThat(products[token * FEATURES + feature]).isEqualTo(sum);
            }
        }
    }

    /** Small enough that no instruction cuts sums of two off, and with both signs. */
    private static ByteBuffer numbers(SplittableRandom random, int rows) {
        ByteBuffer numbers = ByteBuffer.allocateDirect(rows * WIDTH);
        int most = PreparedEncoder.LARGEST / 2;
        while (numbers.hasRemaining()) {
            numbers.put((byte) random.nextInt(-most, most + 1));
        }
        return numbers;
    }
}
