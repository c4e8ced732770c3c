package io.github.sae4j.data.features;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Against a second implementation: the nearest of all numbers there are, found by search. */
class ClampedHalvesTest {

    private static double widened(int half) {
        int exponent = half >> 10 & 0x1f;
        double fraction = (half & 0x3ff) / 1024.0;
        return exponent == 0 ? Math.scalb(fraction, -14) : Math.scalb(1 + fraction, exponent - 15);
    }

    private static short clamped(float value) {
        ByteBuffer half = ByteBuffer.allocate(Short.BYTES);
        DelphiSplit.putClamped(half, value);
        return half.flip().getShort();
    }

    @Test
    void keepsWhatIsExact() {
        for (int half = 0; half < 0x7c00; half++) {
            float value = (float) widened(half);
            assertThat(clamped(value)).as("%s", value).isEqualTo((short) half);
            assertThat(clamped(-value)).as("%s", -value).isEqualTo((short) (half | 0x8000));
        }
    }

    @Test
    void roundsToTheNearestAndTiesToTheEven() {
        for (int half = 0; half + 1 < 0x7c00; half++) {
            double below = widened(half);
            double above = widened(half + 1);
            float middle = (float) ((below + above) / 2);
            assertThat(clamped(middle)).as("%s", middle).isEqualTo((short) (half % 2 == 0 ? half : half + 1));
            assertThat(clamped(Math.nextDown(middle))).as("%s", middle).isEqualTo((short) half);
            assertThat(clamped(Math.nextUp(middle))).as("%s", middle).isEqualTo((short) (half + 1));
        }
    }

    @Test
    void clampsWhatIsTooLarge() {
        assertThat(clamped(65_519)).isEqualTo((short) 0x7bff);
        assertThat(clamped(1e30f)).isEqualTo((short) 0x7bff);
        assertThat(clamped(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xfbff);
        assertThat(clamped(Float.NaN)).isEqualTo((short) 0x7e00);
    }
}
