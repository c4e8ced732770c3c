package io.github.sae4j.core.internal.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Plain loops add up to the bits of those over vectors. */
class PlainRowsTest {

    private static final int GROUPS = 3;
    private static final int ROWS = 11;

    @Test
    void haveTheBitsOfRowSums() throws Throwable {
        SplittableRandom random = new SplittableRandom(1);
        // Rows that begin at odd places.
        int width = GROUPS * Memory.GROUP + 1;
        ByteBuffer numbers = ByteBuffer.allocateDirect(ROWS * width * WeightType.BFLOAT16.bytes())
                .order(ByteOrder.LITTLE_ENDIAN);
        while (numbers.hasRemaining()) {
            // All exponents but that of NaN and infinity.
            numbers.putShort((short) (random.nextInt(0x7f80) | random.nextInt(2) << 15));
        }
        StoredMatrix stored =
                new StoredMatrix(WeightMatrix.of(WeightType.BFLOAT16, ROWS, width, List.of(numbers.flip())));
        float[] x = new float[ROWS + 1];
        float[] sums = new float[GROUPS * Memory.GROUP];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextDouble(-1, 1) / (1 << 20);
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] = (float) random.nextDouble(-1, 1);
        }
        float[] expected = sums.clone();

        new PlainRows().add(stored, 0, 0, ROWS, x, 1, GROUPS, sums);

        for (int row = 0; row < ROWS; row++) {
            RowSums.add(
                    stored.type(),
                    stored.memory(0),
                    stored.position(0, row, 0),
                    x[row + 1],
                    GROUPS,
                    expected,
                    0,
                    Memory.GROUP);
        }
        assertThat(sums).isEqualTo(expected);
    }
}
