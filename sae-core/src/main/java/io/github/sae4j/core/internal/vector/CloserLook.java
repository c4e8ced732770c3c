package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.FLOATS;
import static io.github.sae4j.core.internal.vector.Memory.GROUP;
import static io.github.sae4j.core.internal.vector.Memory.LANES;
import static io.github.sae4j.core.internal.vector.Memory.LOAD;
import static io.github.sae4j.core.internal.vector.Memory.LOWER_HALF;
import static io.github.sae4j.core.internal.vector.Memory.UPPER_HALF;

import io.github.sae4j.core.WeightType;
import io.github.sae4j.core.internal.host.SelectionRule;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Looks at the open features of a token once more, by products with their weights as they are stored, added up in whatever
 * order is fastest; one thread at a time. What is left open is little more than what is active, and the sums in the one order
 * that all kernels share take several times as long as these.
 */
final class CloserLook {

    private static final int AT_ONCE = 4;

    private final ScreenBounds bounds;
    private final StoredMatrix rows;
    private final int dIn;
    private final int kept;
    private final float[] ordered;
    private final float[] row;
    private final int groups;
    private final int[] parts = new int[AT_ONCE];
    private final long[] positions = new long[AT_ONCE];
    private float[] products = new float[0];
    private double[] strong = new double[0];

    /**
     * Creates it.
     *
     * @param rows the features' weights, {@code [d_sae, d_in]}
     */
    CloserLook(ScreenBounds bounds, StoredMatrix rows, SelectionRule rule) {
        this.bounds = bounds;
        this.rows = rows;
        this.dIn = rows.width();
        this.kept = rule.mostActive();
        this.groups = dIn / GROUP;
        this.ordered = new float[dIn];
        this.row = new float[rows.type() == WeightType.FLOAT16 ? dIn : 0];
    }

    /**
     * Keeps those of some features that are still open.
     *
     * @param x where the token begins, at {@code xAt}
     * @param norm a number that its norm does not exceed
     * @param open the features, ascending; those that are kept move to the front
     * @return how many are kept
     */
    int keep(float[] x, int xAt, float norm, int[] open, int count) throws Throwable {
        if (strong.length < count) {
            products = new float[count + AT_ONCE];
            strong = new double[count];
        }
        order(x, xAt);
        if (rows.type() == WeightType.BFLOAT16) {
            multiplyBfloat16(open, count);
        } else {
            for (int i = 0; i < count; i++) {
                products[i] = multiply(open[i]);
            }
        }
        for (int i = 0; i < count; i++) {
            products[i] = rest(open[i], products[i]);
        }
        double floor = kept == 0 ? Double.NEGATIVE_INFINITY : floor(norm, open, count);
        int left = 0;
        for (int i = 0; i < count; i++) {
            int feature = open[i];
            double upper = products[i] + (double) norm * bounds.closerError[feature];
            if (!(upper <= bounds.limit[feature] || upper + bounds.highBias[feature] < floor)) {
                open[left++] = feature;
            }
        }
        return left;
    }

    /** Returns a number that as many active features are not below as are kept, or minus infinity if so many are not known. */
    private double floor(float norm, int[] open, int count) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            int feature = open[i];
            double lower = products[i] - (double) norm * bounds.closerError[feature] + bounds.lowBias[feature];
            if (lower > bounds.above[feature]) {
                strong[found++] = lower;
            }
        }
        if (found < kept) {
            return Double.NEGATIVE_INFINITY;
        }
        Arrays.sort(strong, 0, found);
        return strong[found - kept];
    }

    /** Lays a token out as rows are multiplied with it: of each group of 16-bit numbers those at even places first. */
    private void order(float[] x, int xAt) {
        if (rows.type() == WeightType.FLOAT32) {
            System.arraycopy(x, xAt, ordered, 0, dIn);
            return;
        }
        int whole = groups * GROUP;
        for (int first = 0; first < whole; first += GROUP) {
            for (int within = 0; within < LANES; within++) {
                ordered[first + within] = x[xAt + first + 2 * within];
                ordered[first + LANES + within] = x[xAt + first + 2 * within + 1];
            }
        }
        System.arraycopy(x, xAt + whole, ordered, whole, dIn - whole);
    }

    private float multiply(int feature) throws Throwable {
        int part = rows.partOf(feature);
        long at = rows.position(part, feature, 0);
        if (rows.type() == WeightType.FLOAT32) {
            return multiplyFloat32(rows.memory(part), at, groups, ordered);
        }
        readHalves(rows.memory(part), at, groups, row);
        return multiplyArray(row, groups, ordered);
    }

    private float rest(int feature, float product) {
        int part = rows.partOf(feature);
        float sum = product;
        for (int k = groups * GROUP; k < dIn; k++) {
            sum = Math.fma(ordered[k], rows.get(part, feature, k), sum);
        }
        return sum;
    }

    /** Multiplies four features at a time, for a row that nobody has read lately comes slowly, and four come together. */
    private void multiplyBfloat16(int[] open, int count) throws Throwable {
        for (int i = 0; i < count; i += AT_ONCE) {
            for (int j = 0; j < AT_ONCE; j++) {
                int feature = open[Math.min(i + j, count - 1)];
                parts[j] = rows.partOf(feature);
                positions[j] = rows.position(parts[j], feature, 0);
            }
            multiplyFour(
                    rows.memory(parts[0]),
                    positions[0],
                    rows.memory(parts[1]),
                    positions[1],
                    rows.memory(parts[2]),
                    positions[2],
                    rows.memory(parts[3]),
                    positions[3],
                    groups,
                    ordered,
                    products,
                    i);
        }
    }

    private static void multiplyFour(
            Object memory0,
            long at0,
            Object memory1,
            long at1,
            Object memory2,
            long at2,
            Object memory3,
            long at3,
            int groups,
            float[] x,
            float[] out,
            int to)
            throws Throwable {
        FloatVector low0 = FloatVector.zero(FLOATS);
        FloatVector low1 = FloatVector.zero(FLOATS);
        FloatVector low2 = FloatVector.zero(FLOATS);
        FloatVector low3 = FloatVector.zero(FLOATS);
        FloatVector high0 = FloatVector.zero(FLOATS);
        FloatVector high1 = FloatVector.zero(FLOATS);
        FloatVector high2 = FloatVector.zero(FLOATS);
        FloatVector high3 = FloatVector.zero(FLOATS);
        for (int group = 0; group < groups; group++) {
            long offset = (long) group * LANES * Integer.BYTES;
            FloatVector low = FloatVector.fromArray(FLOATS, x, group * GROUP);
            FloatVector high = FloatVector.fromArray(FLOATS, x, group * GROUP + LANES);
            IntVector w0 = (IntVector) LOAD.invokeExact(memory0, at0 + offset);
            low0 = low.fma(w0.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), low0);
            high0 = high.fma(w0.and(UPPER_HALF).reinterpretAsFloats(), high0);
            IntVector w1 = (IntVector) LOAD.invokeExact(memory1, at1 + offset);
            low1 = low.fma(w1.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), low1);
            high1 = high.fma(w1.and(UPPER_HALF).reinterpretAsFloats(), high1);
            IntVector w2 = (IntVector) LOAD.invokeExact(memory2, at2 + offset);
            low2 = low.fma(w2.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), low2);
            high2 = high.fma(w2.and(UPPER_HALF).reinterpretAsFloats(), high2);
            IntVector w3 = (IntVector) LOAD.invokeExact(memory3, at3 + offset);
            low3 = low.fma(w3.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), low3);
            high3 = high.fma(w3.and(UPPER_HALF).reinterpretAsFloats(), high3);
        }
        out[to] = low0.add(high0).reduceLanes(VectorOperators.ADD);
        out[to + 1] = low1.add(high1).reduceLanes(VectorOperators.ADD);
        out[to + 2] = low2.add(high2).reduceLanes(VectorOperators.ADD);
        out[to + 3] = low3.add(high3).reduceLanes(VectorOperators.ADD);
    }

    private static float multiplyFloat32(Object memory, long at, int groups, float[] x) throws Throwable {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = FloatVector.zero(FLOATS);
        for (int k = 0; k < groups * GROUP; k += GROUP) {
            IntVector low = (IntVector) LOAD.invokeExact(memory, at + (long) k * Float.BYTES);
            IntVector high = (IntVector) LOAD.invokeExact(memory, at + (long) (k + LANES) * Float.BYTES);
            a = FloatVector.fromArray(FLOATS, x, k).fma(low.reinterpretAsFloats(), a);
            b = FloatVector.fromArray(FLOATS, x, k + LANES).fma(high.reinterpretAsFloats(), b);
        }
        return a.add(b).reduceLanes(VectorOperators.ADD);
    }

    private static void readHalves(Object memory, long at, int groups, float[] row) throws Throwable {
        for (int group = 0; group < groups; group++) {
            IntVector pairs = (IntVector) LOAD.invokeExact(memory, at + (long) group * LANES * Integer.BYTES);
            pairs.and(LOWER_HALF).reinterpretAsFloats().intoArray(row, group * GROUP);
            pairs.lanewise(VectorOperators.LSHR, Short.SIZE)
                    .reinterpretAsFloats()
                    .intoArray(row, group * GROUP + LANES);
        }
        Panels.convertHalves(row, 0, groups * GROUP);
    }

    private static float multiplyArray(float[] row, int groups, float[] x) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = FloatVector.zero(FLOATS);
        for (int k = 0; k < groups * GROUP; k += GROUP) {
            a = FloatVector.fromArray(FLOATS, x, k).fma(FloatVector.fromArray(FLOATS, row, k), a);
            b = FloatVector.fromArray(FLOATS, x, k + LANES).fma(FloatVector.fromArray(FLOATS, row, k + LANES), b);
        }
        return a.add(b).reduceLanes(VectorOperators.ADD);
    }
}
