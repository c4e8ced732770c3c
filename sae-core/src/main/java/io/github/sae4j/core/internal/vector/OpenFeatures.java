package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.FLOATS;
import static io.github.sae4j.core.internal.vector.Memory.LANES;
import static io.github.sae4j.core.internal.vector.Memory.LOAD;

import io.github.sae4j.core.internal.host.SelectionRule;
import java.nio.ByteBuffer;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Finds the features of a token that may be active, by {@link ScreenBounds}; one thread at a time.
 *
 * <p>Where a rule keeps the strongest, a feature must also reach the floor: as many features as are kept are active and at
 * least that strong for certain.
 */
final class OpenFeatures {

    private final ScreenBounds bounds;
    private final int dSae;
    private final int kept;
    private final float[] products;
    private final float[] strong;

    OpenFeatures(ScreenBounds bounds, SelectionRule rule) {
        this.bounds = bounds;
        this.dSae = rule.dSae();
        this.kept = rule.mostActive();
        this.products = new float[bounds.limit.length];
        this.strong = new float[2 * kept + 16 * LANES];
    }

    /** Returns room for the products of a token's and the features' 8-bit numbers, as the numbers stand for. */
    float[] products() {
        return products;
    }

    /**
     * Makes products of sums of 8-bit numbers.
     *
     * @param memory the sums, int32, for {@link Memory#LOAD}
     * @param sums the same
     * @param at the byte position of the first feature's
     * @param scale the token's
     */
    void take(Object memory, ByteBuffer sums, long at, float scale) throws Throwable {
        int whole = dSae / LANES * LANES;
        for (int feature = 0; feature < whole; feature += LANES) {
            IntVector sum = (IntVector) LOAD.invokeExact(memory, at + (long) feature * Integer.BYTES);
            FloatVector inUnits = (FloatVector) sum.convert(VectorOperators.I2F, 0);
            inUnits.mul(scale)
                    .mul(FloatVector.fromArray(FLOATS, bounds.scale, feature))
                    .intoArray(products, feature);
        }
        for (int feature = whole; feature < dSae; feature++) {
            products[feature] = sums.getInt((int) at + feature * Integer.BYTES) * scale * bounds.scale[feature];
        }
    }

    /**
     * Finds features.
     *
     * @param norm a number that the token's norm does not exceed
     * @param error a number that the distance of the token to what was multiplied does not exceed
     * @param found takes them, ascending; with room for a vector more than {@code most}
     * @param most with more than so many it is given up
     * @return how many there are, or some number above {@code most}
     */
    int find(float norm, float error, int[] found, int most) {
        float floor = kept == 0 ? Float.NEGATIVE_INFINITY : floor(norm, error);
        int count = 0;
        for (int feature = 0; feature < products.length && count <= most; feature += LANES) {
            FloatVector upper = FloatVector.fromArray(FLOATS, products, feature)
                    .add(FloatVector.fromArray(FLOATS, bounds.error, feature).mul(norm))
                    .add(FloatVector.fromArray(FLOATS, bounds.reach, feature).mul(error));
            VectorMask<Float> closed =
                    upper.compare(VectorOperators.LE, FloatVector.fromArray(FLOATS, bounds.limit, feature));
            if (kept > 0) {
                closed = closed.or(upper.add(FloatVector.fromArray(FLOATS, bounds.highBias, feature))
                        .compare(VectorOperators.LT, floor));
            }
            if (!closed.allTrue()) {
                for (int lane = 0; lane < LANES; lane++) {
                    if (!closed.laneIsSet(lane)) {
                        found[count++] = feature + lane;
                    }
                }
            }
        }
        return count;
    }

    /** Returns a number that as many active features are not below as are kept, or minus infinity if so many are not known. */
    private float floor(float norm, float error) {
        float floor = 0;
        int count = 0;
        for (int feature = 0; feature < products.length; feature += LANES) {
            FloatVector lower = FloatVector.fromArray(FLOATS, products, feature)
                    .sub(FloatVector.fromArray(FLOATS, bounds.error, feature).mul(norm))
                    .sub(FloatVector.fromArray(FLOATS, bounds.reach, feature).mul(error))
                    .add(FloatVector.fromArray(FLOATS, bounds.lowBias, feature));
            VectorMask<Float> counts = lower.compare(VectorOperators.GT, floor)
                    .and(lower.compare(VectorOperators.GT, FloatVector.fromArray(FLOATS, bounds.above, feature)));
            if (counts.anyTrue()) {
                lower.intoArray(strong, count);
                int first = count;
                for (int lane = 0; lane < LANES; lane++) {
                    if (counts.laneIsSet(lane)) {
                        strong[count++] = strong[first + lane];
                    }
                }
                if (count > strong.length - LANES) {
                    floor = cut(count);
                    count = kept;
                }
            }
        }
        return count < kept ? Float.NEGATIVE_INFINITY : cut(count);
    }

    /** Keeps the largest, the smallest of them first, and returns that. */
    private float cut(int count) {
        Arrays.sort(strong, 0, count);
        System.arraycopy(strong, count - kept, strong, 0, kept);
        return strong[0];
    }
}
