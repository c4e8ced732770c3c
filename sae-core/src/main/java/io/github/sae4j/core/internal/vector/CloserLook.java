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

    /**
     * Features that are multiplied at a time: a row that nobody has read lately comes slowly, and eight come together, which
     * their sums, two vectors of the token and one of a row leave room for in 16 registers.
     */
    private static final int AT_ONCE = 8;

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
        if (rows.type() == WeightType.FLOAT16) {
            for (int i = 0; i < count; i++) {
                products[i] = multiplyHalves(open[i]);
            }
        } else {
            multiply(open, count);
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

    private float multiplyHalves(int feature) throws Throwable {
        int part = rows.partOf(feature);
        readHalves(rows.memory(part), rows.position(part, feature, 0), groups, row);
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

    private void multiply(int[] open, int count) throws Throwable {
        for (int i = 0; i < count; i += AT_ONCE) {
            for (int j = 0; j < AT_ONCE; j++) {
                int feature = open[Math.min(i + j, count - 1)];
                parts[j] = rows.partOf(feature);
                positions[j] = rows.position(parts[j], feature, 0);
            }
            if (rows.type() == WeightType.BFLOAT16) {
                multiplyBfloat16(
                        rows.memory(parts[0]),
                        positions[0],
                        rows.memory(parts[1]),
                        positions[1],
                        rows.memory(parts[2]),
                        positions[2],
                        rows.memory(parts[3]),
                        positions[3],
                        rows.memory(parts[4]),
                        positions[4],
                        rows.memory(parts[5]),
                        positions[5],
                        rows.memory(parts[6]),
                        positions[6],
                        rows.memory(parts[7]),
                        positions[7],
                        groups,
                        ordered,
                        products,
                        i);
            } else {
                multiplyFloat32(
                        rows.memory(parts[0]),
                        positions[0],
                        rows.memory(parts[1]),
                        positions[1],
                        rows.memory(parts[2]),
                        positions[2],
                        rows.memory(parts[3]),
                        positions[3],
                        rows.memory(parts[4]),
                        positions[4],
                        rows.memory(parts[5]),
                        positions[5],
                        rows.memory(parts[6]),
                        positions[6],
                        rows.memory(parts[7]),
                        positions[7],
                        groups,
                        ordered,
                        products,
                        i);
            }
        }
    }

    private static void multiplyBfloat16(
            Object memory0,
            long at0,
            Object memory1,
            long at1,
            Object memory2,
            long at2,
            Object memory3,
            long at3,
            Object memory4,
            long at4,
            Object memory5,
            long at5,
            Object memory6,
            long at6,
            Object memory7,
            long at7,
            int groups,
            float[] x,
            float[] out,
            int to)
            throws Throwable {
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = FloatVector.zero(FLOATS);
        FloatVector sum2 = FloatVector.zero(FLOATS);
        FloatVector sum3 = FloatVector.zero(FLOATS);
        FloatVector sum4 = FloatVector.zero(FLOATS);
        FloatVector sum5 = FloatVector.zero(FLOATS);
        FloatVector sum6 = FloatVector.zero(FLOATS);
        FloatVector sum7 = FloatVector.zero(FLOATS);
        for (int group = 0; group < groups; group++) {
            long offset = (long) group * LANES * Integer.BYTES;
            FloatVector low = FloatVector.fromArray(FLOATS, x, group * GROUP);
            FloatVector high = FloatVector.fromArray(FLOATS, x, group * GROUP + LANES);
            IntVector pairs = (IntVector) LOAD.invokeExact(memory0, at0 + offset);
            sum0 = low.fma(pairs.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), sum0);
            sum0 = high.fma(pairs.and(UPPER_HALF).reinterpretAsFloats(), sum0);
            pairs = (IntVector) LOAD.invokeExact(memory1, at1 + offset);
            sum1 = low.fma(pairs.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), sum1);
            sum1 = high.fma(pairs.and(UPPER_HALF).reinterpretAsFloats(), sum1);
            pairs = (IntVector) LOAD.invokeExact(memory2, at2 + offset);
            sum2 = low.fma(pairs.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), sum2);
            sum2 = high.fma(pairs.and(UPPER_HALF).reinterpretAsFloats(), sum2);
            pairs = (IntVector) LOAD.invokeExact(memory3, at3 + offset);
            sum3 = low.fma(pairs.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), sum3);
            sum3 = high.fma(pairs.and(UPPER_HALF).reinterpretAsFloats(), sum3);
            pairs = (IntVector) LOAD.invokeExact(memory4, at4 + offset);
            sum4 = low.fma(pairs.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), sum4);
            sum4 = high.fma(pairs.and(UPPER_HALF).reinterpretAsFloats(), sum4);
            pairs = (IntVector) LOAD.invokeExact(memory5, at5 + offset);
            sum5 = low.fma(pairs.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), sum5);
            sum5 = high.fma(pairs.and(UPPER_HALF).reinterpretAsFloats(), sum5);
            pairs = (IntVector) LOAD.invokeExact(memory6, at6 + offset);
            sum6 = low.fma(pairs.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), sum6);
            sum6 = high.fma(pairs.and(UPPER_HALF).reinterpretAsFloats(), sum6);
            pairs = (IntVector) LOAD.invokeExact(memory7, at7 + offset);
            sum7 = low.fma(pairs.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), sum7);
            sum7 = high.fma(pairs.and(UPPER_HALF).reinterpretAsFloats(), sum7);
        }
        out[to] = sum0.reduceLanes(VectorOperators.ADD);
        out[to + 1] = sum1.reduceLanes(VectorOperators.ADD);
        out[to + 2] = sum2.reduceLanes(VectorOperators.ADD);
        out[to + 3] = sum3.reduceLanes(VectorOperators.ADD);
        out[to + 4] = sum4.reduceLanes(VectorOperators.ADD);
        out[to + 5] = sum5.reduceLanes(VectorOperators.ADD);
        out[to + 6] = sum6.reduceLanes(VectorOperators.ADD);
        out[to + 7] = sum7.reduceLanes(VectorOperators.ADD);
    }

    private static void multiplyFloat32(
            Object memory0,
            long at0,
            Object memory1,
            long at1,
            Object memory2,
            long at2,
            Object memory3,
            long at3,
            Object memory4,
            long at4,
            Object memory5,
            long at5,
            Object memory6,
            long at6,
            Object memory7,
            long at7,
            int groups,
            float[] x,
            float[] out,
            int to)
            throws Throwable {
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = FloatVector.zero(FLOATS);
        FloatVector sum2 = FloatVector.zero(FLOATS);
        FloatVector sum3 = FloatVector.zero(FLOATS);
        FloatVector sum4 = FloatVector.zero(FLOATS);
        FloatVector sum5 = FloatVector.zero(FLOATS);
        FloatVector sum6 = FloatVector.zero(FLOATS);
        FloatVector sum7 = FloatVector.zero(FLOATS);
        for (int k = 0; k < groups * GROUP; k += LANES) {
            long offset = (long) k * Float.BYTES;
            FloatVector some = FloatVector.fromArray(FLOATS, x, k);
            IntVector bits = (IntVector) LOAD.invokeExact(memory0, at0 + offset);
            sum0 = some.fma(bits.reinterpretAsFloats(), sum0);
            bits = (IntVector) LOAD.invokeExact(memory1, at1 + offset);
            sum1 = some.fma(bits.reinterpretAsFloats(), sum1);
            bits = (IntVector) LOAD.invokeExact(memory2, at2 + offset);
            sum2 = some.fma(bits.reinterpretAsFloats(), sum2);
            bits = (IntVector) LOAD.invokeExact(memory3, at3 + offset);
            sum3 = some.fma(bits.reinterpretAsFloats(), sum3);
            bits = (IntVector) LOAD.invokeExact(memory4, at4 + offset);
            sum4 = some.fma(bits.reinterpretAsFloats(), sum4);
            bits = (IntVector) LOAD.invokeExact(memory5, at5 + offset);
            sum5 = some.fma(bits.reinterpretAsFloats(), sum5);
            bits = (IntVector) LOAD.invokeExact(memory6, at6 + offset);
            sum6 = some.fma(bits.reinterpretAsFloats(), sum6);
            bits = (IntVector) LOAD.invokeExact(memory7, at7 + offset);
            sum7 = some.fma(bits.reinterpretAsFloats(), sum7);
        }
        out[to] = sum0.reduceLanes(VectorOperators.ADD);
        out[to + 1] = sum1.reduceLanes(VectorOperators.ADD);
        out[to + 2] = sum2.reduceLanes(VectorOperators.ADD);
        out[to + 3] = sum3.reduceLanes(VectorOperators.ADD);
        out[to + 4] = sum4.reduceLanes(VectorOperators.ADD);
        out[to + 5] = sum5.reduceLanes(VectorOperators.ADD);
        out[to + 6] = sum6.reduceLanes(VectorOperators.ADD);
        out[to + 7] = sum7.reduceLanes(VectorOperators.ADD);
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
