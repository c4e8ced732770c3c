package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.BlockRule;
import java.util.List;

/**
 * The rule that takes each product as it is, so that a kernel multiplies by any matrix.
 *
 * @param dSae how many there are
 */
record Products(int dSae) implements BlockRule {

    @Override
    public float[] bias() {
        return new float[dSae];
    }

    @Override
    public List<float[]> parameters() {
        return List.of();
    }

    @Override
    public float value(int feature, float h) {
        return h;
    }

    @Override
    public boolean mayBeNegative() {
        return true;
    }
}
