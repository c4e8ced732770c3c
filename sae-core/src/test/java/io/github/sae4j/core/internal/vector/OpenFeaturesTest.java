package io.github.sae4j.core.internal.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.JumpRelu;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.internal.host.PreparedEncoder;
import io.github.sae4j.core.internal.host.SelectionRule;
import io.github.sae4j.core.internal.host.Stop;
import io.github.sae4j.core.internal.host.WorkerPool;
import io.github.sae4j.core.internal.host.Workers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Which features are open: no fewer than may be active, and not those of which the bias says all. */
class OpenFeaturesTest {

    private static final int D_SAE = 100;

    /** Returns the features that are open for a token of one number, with weights of one number. */
    private static int[] open(float[] weights, float x, BlockRule rule) {
        SelectionRule selection = SelectionRule.of(rule, new float[0], new float[0]);
        PreparedEncoder encoder = PreparedEncoder.of(
                WeightMatrix.of(new float[][] {weights}),
                PreparedEncoder.LARGEST,
                new Workers(WorkerPool.shared(), new Stop()));
        ScreenBounds bounds = new ScreenBounds(encoder, selection);
        ByteBuffer sums = ByteBuffer.allocateDirect(D_SAE * Float.BYTES).order(ByteOrder.nativeOrder());
        for (int feature = 0; feature < D_SAE; feature++) {
            sums.putFloat(feature * Float.BYTES, 127 * Math.signum(weights[feature]));
        }
        OpenFeatures open = new OpenFeatures(bounds, selection);
        int[] found = new int[D_SAE + PreparedEncoder.WHOLE];
        open.begin(Memory.of(sums), sums, 0, x);
        try {
            return Arrays.copyOf(found, open.find(Math.abs(x), 0, found, D_SAE));
        } catch (Throwable e) {
            throw Memory.unchecked(e);
        }
    }

    private static float[] all(float value) {
        float[] values = new float[D_SAE];
        Arrays.fill(values, value);
        return values;
    }

    @Test
    void ofZerosOnlyWhereTheBiasIsAboveTheThreshold() {
        float[] bias = all(0);
        bias[3] = 0.5f;
        bias[4] = -0.5f;
        assertThat(open(all(0), 1, Relu.of(bias))).containsExactly(3);
        assertThat(open(all(1), 0, Relu.of(bias))).containsExactly(3);
    }

    @Test
    void thatMayBeActive() {
        float[] weights = all(-1);
        weights[99] = 1;
        weights[50] = 0x1p100f;
        weights[51] = 0x1p-100f;
        assertThat(open(weights, 1, Relu.of(all(0)))).containsExactly(50, 51, 99);
        assertThat(open(weights, 1, Relu.of(all(2)))).hasSize(D_SAE);
    }

    /** Two features have larger sums than the others, but are not active, so that they take no place. */
    @Test
    void amongTheStrongestWhereStrongerOnesAreNotActive() {
        float[] weights = all(1);
        float[] threshold = all(0);
        weights[10] = 5;
        weights[20] = 6;
        weights[30] = 2;
        weights[40] = 3;
        threshold[10] = 10;
        threshold[20] = 10;
        assertThat(open(weights, 1, JumpRelu.of(all(0), threshold).atMost(2))).containsExactly(30, 40);
    }
}
