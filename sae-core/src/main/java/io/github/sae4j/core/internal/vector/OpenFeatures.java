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
    private final float[] lanes = new float[LANES];
    private final float[] strong;

    private Object memory = new Object();
    private ByteBuffer sums = ByteBuffer.allocate(0);
    private long start;
    private float scale;
    private float floor;
    private int strongCount;

    OpenFeatures(ScreenBounds bounds, SelectionRule rule) {
        this.bounds = bounds;
        this.dSae = rule.dSae();
        this.kept = rule.mostActive();
        this.strong = new float[2 * kept + 16 * LANES];
    }

    /**
     * Begins a token.
     *
     * @param memoryOfSums the sums of its products with 8-bit numbers, float32, for {@link Memory#LOAD}
     * @param sumsOfProducts the same
     * @param at the byte position of the first feature's
     * @param scaleOfSums what they are multiplied by, with the feature's scale
     */
    void begin(Object memoryOfSums, ByteBuffer sumsOfProducts, long at, float scaleOfSums) {
        memory = memoryOfSums;
        sums = sumsOfProducts;
        start = at;
        scale = scaleOfSums;
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
    int find(float norm, float error, int[] found, int most) throws Throwable {
        floor = kept == 0 ? Float.NEGATIVE_INFINITY : floor(norm, error);
        int count = 0;
        int whole = dSae / LANES * LANES;
        for (int feature = 0; feature < whole && count <= most; feature += LANES) {
            IntVector bits = (IntVector) LOAD.invokeExact(memory, start + (long) feature * Float.BYTES);
            FloatVector upper = bits.reinterpretAsFloats()
                    .mul(scale)
                    .mul(FloatVector.fromArray(FLOATS, bounds.scale, feature))
                    .add(FloatVector.fromArray(FLOATS, bounds.error, feature).mul(norm))
                    .add(FloatVector.fromArray(FLOATS, bounds.reach, feature).mul(error));
            // A mask that one of two branches changes would become an object.
            boolean closed = upper.compare(VectorOperators.LE, FloatVector.fromArray(FLOATS, bounds.limit, feature))
                    .allTrue();
            if (!closed && kept > 0) {
                closed = upper.add(FloatVector.fromArray(FLOATS, bounds.highBias, feature))
                        .compare(VectorOperators.LT, floor)
                        .allTrue();
            }
            if (!closed) {
                upper.intoArray(lanes, 0);
                for (int lane = 0; lane < LANES; lane++) {
                    if (isOpen(feature + lane, lanes[lane])) {
                        found[count++] = feature + lane;
                    }
                }
            }
        }
        for (int feature = whole; feature < dSae && count <= most; feature++) {
            if (isOpen(feature, product(feature) + bounds.error[feature] * norm + bounds.reach[feature] * error)) {
                found[count++] = feature;
            }
        }
        return count;
    }

    private boolean isOpen(int feature, float upper) {
        return !(upper <= bounds.limit[feature]) && !(upper + bounds.highBias[feature] < floor);
    }

    private float product(int feature) {
        return sums.getFloat((int) start + feature * Float.BYTES) * scale * bounds.scale[feature];
    }

    /** Returns a number that as many active features are not below as are kept, or minus infinity if so many are not known. */
    private float floor(float norm, float error) throws Throwable {
        floor = 0;
        strongCount = 0;
        int whole = dSae / LANES * LANES;
        for (int feature = 0; feature < whole; feature += LANES) {
            IntVector bits = (IntVector) LOAD.invokeExact(memory, start + (long) feature * Float.BYTES);
            FloatVector lower = bits.reinterpretAsFloats()
                    .mul(scale)
                    .mul(FloatVector.fromArray(FLOATS, bounds.scale, feature))
                    .sub(FloatVector.fromArray(FLOATS, bounds.error, feature).mul(norm))
                    .sub(FloatVector.fromArray(FLOATS, bounds.reach, feature).mul(error))
                    .add(FloatVector.fromArray(FLOATS, bounds.lowBias, feature));
            VectorMask<Float> counts = lower.compare(VectorOperators.GT, floor)
                    .and(lower.compare(VectorOperators.GT, FloatVector.fromArray(FLOATS, bounds.above, feature)));
            if (counts.anyTrue()) {
                lower.intoArray(lanes, 0);
                for (int lane = 0; lane < LANES; lane++) {
                    offer(feature + lane, lanes[lane]);
                }
                makeRoom();
            }
        }
        for (int feature = whole; feature < dSae; feature++) {
            offer(
                    feature,
                    product(feature)
                            - bounds.error[feature] * norm
                            - bounds.reach[feature] * error
                            + bounds.lowBias[feature]);
            makeRoom();
        }
        return strongCount < kept ? Float.NEGATIVE_INFINITY : cut();
    }

    private void offer(int feature, float lower) {
        if (lower > floor && lower > bounds.above[feature]) {
            strong[strongCount++] = lower;
        }
    }

    private void makeRoom() {
        if (strongCount > strong.length - LANES) {
            floor = cut();
            strongCount = kept;
        }
    }

    /** Keeps the largest, the smallest of them first, and returns that. */
    private float cut() {
        Arrays.sort(strong, 0, strongCount);
        System.arraycopy(strong, strongCount - kept, strong, 0, kept);
        return strong[0];
    }
}
