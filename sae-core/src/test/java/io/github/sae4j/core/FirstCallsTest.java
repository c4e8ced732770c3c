package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The first calls of a process, which large encoders answer without vectors, have the bits of later ones. */
class FirstCallsTest {

    private static final int D_IN = 4096;
    private static final int D_SAE = 4101;

    /** Enough that the loops over vectors take over meanwhile. */
    private static final int CALLS = 200;

    @Test
    void haveTheBitsOfLaterOnes() {
        SplittableRandom random = new SplittableRandom(1);
        float[][] activations = new float[2][D_IN];
        for (int i = 0; i < D_IN; i++) {
            activations[0][i] = (float) random.nextDouble(-1, 1);
            activations[1][i] = (float) random.nextDouble(-1, 1);
        }
        WeightMatrix encoder = encoder(random);
        try (SparseAutoencoder sae = SparseAutoencoder.builder(SaeConfig.standard(D_IN, D_SAE))
                .encoder(encoder)
                .decoder(encoder.transposed())
                .decoderBias(new float[D_IN])
                .activation(Relu.of(new float[D_SAE]))
                .kernel(Kernel.VECTOR)
                .build()) {
            float[] first = sae.encode(activations[0]).toDense()[0];
            float[] oneOfTwo = sae.encode(activations).toDense()[0];
            assertThat(first).isEqualTo(oneOfTwo);
            for (int call = 0; call < CALLS; call++) {
                assertThat(sae.encode(activations[0]).toDense()[0]).isEqualTo(first);
            }
        }
    }

    private static WeightMatrix encoder(SplittableRandom random) {
        ByteBuffer numbers = ByteBuffer.allocateDirect(D_IN * D_SAE * WeightType.BFLOAT16.bytes())
                .order(ByteOrder.LITTLE_ENDIAN);
        while (numbers.hasRemaining()) {
            numbers.putShort((short) (Float.floatToRawIntBits((float) random.nextDouble(-1, 1)) >> Short.SIZE));
        }
        return WeightMatrix.of(WeightType.BFLOAT16, D_IN, D_SAE, List.of(numbers.flip()));
    }
}
