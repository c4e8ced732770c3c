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
 * Finds the features of a token that may be active, by {@link ScreenBounds}; one thread at a time. It looks at a range of
 * features after the other, so that several tokens can take turns while what bounds these features is in the first cache.
 *
 * <p>Where a rule keeps the strongest, a feature must also reach the floor: as many features as are kept are active and at
 * least that strong for certain. All ranges have to be offered before the first one is looked at.
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
    private float norm;
    private float error;
    private int[] found = new int[0];
    private int most;
    private int count;
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
        strongCount = 0;
        floor = kept == 0 ? Float.NEGATIVE_INFINITY : 0;
        count = 0;
    }

    /**
     * Says what the token is like, and where to put what is open.
     *
     * @param normOfToken a number that its norm does not exceed
     * @param errorOfToken a number that its distance to what was multiplied does not exceed
     * @param open takes the features, ascending; with room for a vector more than {@code mostOpen}
     * @param mostOpen with more than so many it is given up
     */
    void bound(float normOfToken, float errorOfToken, int[] open, int mostOpen) {
        norm = normOfToken;
        error = errorOfToken;
        found = open;
        most = mostOpen;
    }

    /** Returns how many features are open, or some number above the most. */
    int count() {
        return count;
    }

    /** Adds features to those that are open, of a range that begins at a whole vector. */
    void find(int from, int to) throws Throwable {
        int at = count;
        int whole = Math.min(to, dSae / LANES * LANES);
        for (int feature = from; feature < whole && at <= most; feature += LANES) {
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
                        found[at++] = feature + lane;
                    }
                }
            }
        }
        for (int feature = Math.max(from, whole); feature < Math.min(to, dSae) && at <= most; feature++) {
            if (isOpen(feature, product(feature) + bounds.error[feature] * norm + bounds.reach[feature] * error)) {
                found[at++] = feature;
            }
        }
        count = at;
    }

    private boolean isOpen(int feature, float upper) {
        return !(upper <= bounds.limit[feature]) && !(upper + bounds.highBias[feature] < floor);
    }

    private float product(int feature) {
        return sums.getFloat((int) start + feature * Float.BYTES) * scale * bounds.scale[feature];
    }

    /** Offers a range of features, which begins at a whole vector, for the floor. */
    void offer(int from, int to) throws Throwable {
        int whole = Math.min(to, dSae / LANES * LANES);
        for (int feature = from; feature < whole; feature += LANES) {
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
        for (int feature = Math.max(from, whole); feature < Math.min(to, dSae); feature++) {
            offer(
                    feature,
                    product(feature)
                            - bounds.error[feature] * norm
                            - bounds.reach[feature] * error
                            + bounds.lowBias[feature]);
            makeRoom();
        }
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

    /** Sets the floor when all features have been offered: minus infinity if too few are known to be active. */
    void setFloor() {
        floor = strongCount < kept ? Float.NEGATIVE_INFINITY : cut();
    }

    /** Keeps the largest, the smallest of them first, and returns that. */
    private float cut() {
        Arrays.sort(strong, 0, strongCount);
        System.arraycopy(strong, strongCount - kept, strong, 0, kept);
        return strong[0];
    }
}
