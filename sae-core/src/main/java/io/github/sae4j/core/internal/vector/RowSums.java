package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.FLOATS;
import static io.github.sae4j.core.internal.vector.Memory.GROUP;
import static io.github.sae4j.core.internal.vector.Memory.INTS;
import static io.github.sae4j.core.internal.vector.Memory.LANES;
import static io.github.sae4j.core.internal.vector.Memory.LOAD;
import static io.github.sae4j.core.internal.vector.Memory.UPPER_HALF;

import io.github.sae4j.core.WeightType;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Weighted sums of rows as they stream from memory: {@code sums += factor * row}, for one token or some. Rows are added
 * one after the other with fused multiply-adds, so a sum has the same bits as one of {@link Tiles} over the same rows.
 *
 * <p>Rows of 16-bit numbers are added by pairs: of each group the numbers at even places become its first vector, those at odd
 * places its second. Sums have {@code [GROUP]} for each group, {@code step} apart, from {@code sumsAt}.
 */
@SuppressWarnings("UnusedMethod") // some are found by their names
final class RowSums {

    /**
     * The loop of each number format. What is in a map is no constant to the compiler, so it calls these and does not inline
     * them: several in the method that calls them would be more than it inlines at once.
     */
    private static final Map<WeightType, MethodHandle> LOOPS = new EnumMap<>(WeightType.class);

    static {
        MethodType loop = MethodType.methodType(
                void.class, Object.class, long.class, float.class, int.class, float[].class, int.class, int.class);
        try {
            for (WeightType type : WeightType.values()) {
                String name = switch (type) {
                    case FLOAT32 -> "addFloat32";
                    case FLOAT16 -> "addFloat16";
                    case BFLOAT16 -> "addBfloat16";
                };
                LOOPS.put(type, MethodHandles.lookup().findStatic(RowSums.class, name, loop));
            }
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private RowSums() {}

    /** Adds four rows of bfloat16 at byte positions of their memories to the sums of one token, the first row first. */
    static void addFour(
            Object memory0,
            long at0,
            float factor0,
            Object memory1,
            long at1,
            float factor1,
            Object memory2,
            long at2,
            float factor2,
            Object memory3,
            long at3,
            float factor3,
            int groups,
            float[] sums,
            int sumsAt,
            int step)
            throws Throwable {
        FloatVector x0 = FloatVector.broadcast(FLOATS, factor0);
        FloatVector x1 = FloatVector.broadcast(FLOATS, factor1);
        FloatVector x2 = FloatVector.broadcast(FLOATS, factor2);
        FloatVector x3 = FloatVector.broadcast(FLOATS, factor3);
        int to = sumsAt;
        for (int group = 0; group < groups; group++) {
            long offset = (long) group * LANES * Integer.BYTES;
            FloatVector low = FloatVector.fromArray(FLOATS, sums, to);
            FloatVector high = FloatVector.fromArray(FLOATS, sums, to + LANES);
            IntVector w0 = (IntVector) LOAD.invokeExact(memory0, at0 + offset);
            low = x0.fma(w0.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), low);
            high = x0.fma(w0.and(UPPER_HALF).reinterpretAsFloats(), high);
            IntVector w1 = (IntVector) LOAD.invokeExact(memory1, at1 + offset);
            low = x1.fma(w1.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), low);
            high = x1.fma(w1.and(UPPER_HALF).reinterpretAsFloats(), high);
            IntVector w2 = (IntVector) LOAD.invokeExact(memory2, at2 + offset);
            low = x2.fma(w2.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), low);
            high = x2.fma(w2.and(UPPER_HALF).reinterpretAsFloats(), high);
            IntVector w3 = (IntVector) LOAD.invokeExact(memory3, at3 + offset);
            x3.fma(w3.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), low)
                    .intoArray(sums, to);
            x3.fma(w3.and(UPPER_HALF).reinterpretAsFloats(), high).intoArray(sums, to + LANES);
            to += step;
        }
    }

    /** Returns how many rows {@link #addSome} adds to the sums of so many tokens. */
    static int rowsTo(int height) {
        return height == 4 ? 2 : 3;
    }

    /**
     * Adds some rows of bfloat16 to the sums of two or four tokens, the first row first: {@link #rowsTo} of them.
     *
     * @param height how many tokens
     * @param x their factors, {@code [row][height]} from {@code xAt}
     * @param sums {@code [height][GROUP]} for each group
     */
    static void addSome(
            int height,
            Object memory,
            long at,
            long rowBytes,
            float[] x,
            int xAt,
            int groups,
            float[] sums,
            int sumsAt,
            int step)
            throws Throwable {
        if (height == 4) {
            addTwoTo4(memory, at, rowBytes, x, xAt, groups, sums, sumsAt, step);
        } else {
            addThreeTo2(memory, at, rowBytes, x, xAt, groups, sums, sumsAt, step);
        }
    }

    private static void addTwoTo4(
            Object memory, long at, long rowBytes, float[] x, int xAt, int groups, float[] sums, int sumsAt, int step)
            throws Throwable {
        FloatVector a0 = FloatVector.broadcast(FLOATS, x[xAt]);
        FloatVector a1 = FloatVector.broadcast(FLOATS, x[xAt + 1]);
        FloatVector a2 = FloatVector.broadcast(FLOATS, x[xAt + 2]);
        FloatVector a3 = FloatVector.broadcast(FLOATS, x[xAt + 3]);
        FloatVector b0 = FloatVector.broadcast(FLOATS, x[xAt + 4]);
        FloatVector b1 = FloatVector.broadcast(FLOATS, x[xAt + 5]);
        FloatVector b2 = FloatVector.broadcast(FLOATS, x[xAt + 6]);
        FloatVector b3 = FloatVector.broadcast(FLOATS, x[xAt + 7]);
        IntVector upperHalf = IntVector.broadcast(INTS, UPPER_HALF);
        int to = sumsAt;
        for (int group = 0; group < groups; group++) {
            long position = at + (long) group * LANES * Integer.BYTES;
            IntVector a = (IntVector) LOAD.invokeExact(memory, position);
            IntVector b = (IntVector) LOAD.invokeExact(memory, position + rowBytes);
            FloatVector aLow = a.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats();
            FloatVector aHigh = a.and(upperHalf).reinterpretAsFloats();
            FloatVector bLow = b.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats();
            FloatVector bHigh = b.and(upperHalf).reinterpretAsFloats();
            FloatVector low0 = FloatVector.fromArray(FLOATS, sums, to);
            low0 = a0.fma(aLow, low0);
            b0.fma(bLow, low0).intoArray(sums, to);
            FloatVector high0 = FloatVector.fromArray(FLOATS, sums, to + LANES);
            high0 = a0.fma(aHigh, high0);
            b0.fma(bHigh, high0).intoArray(sums, to + LANES);
            FloatVector low1 = FloatVector.fromArray(FLOATS, sums, to + GROUP);
            low1 = a1.fma(aLow, low1);
            b1.fma(bLow, low1).intoArray(sums, to + GROUP);
            FloatVector high1 = FloatVector.fromArray(FLOATS, sums, to + GROUP + LANES);
            high1 = a1.fma(aHigh, high1);
            b1.fma(bHigh, high1).intoArray(sums, to + GROUP + LANES);
            FloatVector low2 = FloatVector.fromArray(FLOATS, sums, to + 2 * GROUP);
            low2 = a2.fma(aLow, low2);
            b2.fma(bLow, low2).intoArray(sums, to + 2 * GROUP);
            FloatVector high2 = FloatVector.fromArray(FLOATS, sums, to + 2 * GROUP + LANES);
            high2 = a2.fma(aHigh, high2);
            b2.fma(bHigh, high2).intoArray(sums, to + 2 * GROUP + LANES);
            FloatVector low3 = FloatVector.fromArray(FLOATS, sums, to + 3 * GROUP);
            low3 = a3.fma(aLow, low3);
            b3.fma(bLow, low3).intoArray(sums, to + 3 * GROUP);
            FloatVector high3 = FloatVector.fromArray(FLOATS, sums, to + 3 * GROUP + LANES);
            high3 = a3.fma(aHigh, high3);
            b3.fma(bHigh, high3).intoArray(sums, to + 3 * GROUP + LANES);
            to += step;
        }
    }

    private static void addThreeTo2(
            Object memory, long at, long rowBytes, float[] x, int xAt, int groups, float[] sums, int sumsAt, int step)
            throws Throwable {
        FloatVector a0 = FloatVector.broadcast(FLOATS, x[xAt]);
        FloatVector a1 = FloatVector.broadcast(FLOATS, x[xAt + 1]);
        FloatVector b0 = FloatVector.broadcast(FLOATS, x[xAt + 2]);
        FloatVector b1 = FloatVector.broadcast(FLOATS, x[xAt + 3]);
        FloatVector c0 = FloatVector.broadcast(FLOATS, x[xAt + 4]);
        FloatVector c1 = FloatVector.broadcast(FLOATS, x[xAt + 5]);
        IntVector upperHalf = IntVector.broadcast(INTS, UPPER_HALF);
        int to = sumsAt;
        for (int group = 0; group < groups; group++) {
            long position = at + (long) group * LANES * Integer.BYTES;
            IntVector a = (IntVector) LOAD.invokeExact(memory, position);
            IntVector b = (IntVector) LOAD.invokeExact(memory, position + rowBytes);
            IntVector c = (IntVector) LOAD.invokeExact(memory, position + 2 * rowBytes);
            FloatVector aLow = a.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats();
            FloatVector aHigh = a.and(upperHalf).reinterpretAsFloats();
            FloatVector bLow = b.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats();
            FloatVector bHigh = b.and(upperHalf).reinterpretAsFloats();
            FloatVector cLow = c.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats();
            FloatVector cHigh = c.and(upperHalf).reinterpretAsFloats();
            FloatVector low0 = FloatVector.fromArray(FLOATS, sums, to);
            low0 = a0.fma(aLow, low0);
            low0 = b0.fma(bLow, low0);
            c0.fma(cLow, low0).intoArray(sums, to);
            FloatVector high0 = FloatVector.fromArray(FLOATS, sums, to + LANES);
            high0 = a0.fma(aHigh, high0);
            high0 = b0.fma(bHigh, high0);
            c0.fma(cHigh, high0).intoArray(sums, to + LANES);
            FloatVector low1 = FloatVector.fromArray(FLOATS, sums, to + GROUP);
            low1 = a1.fma(aLow, low1);
            low1 = b1.fma(bLow, low1);
            c1.fma(cLow, low1).intoArray(sums, to + GROUP);
            FloatVector high1 = FloatVector.fromArray(FLOATS, sums, to + GROUP + LANES);
            high1 = a1.fma(aHigh, high1);
            high1 = b1.fma(bHigh, high1);
            c1.fma(cHigh, high1).intoArray(sums, to + GROUP + LANES);
            to += step;
        }
    }

    /** Adds one row of a number format to the sums of one token; 16-bit numbers by pairs. */
    static void add(
            WeightType type, Object memory, long at, float factor, int groups, float[] sums, int sumsAt, int step)
            throws Throwable {
        Objects.requireNonNull(LOOPS.get(type)).invokeExact(memory, at, factor, groups, sums, sumsAt, step);
    }

    private static void addBfloat16(
            Object memory, long at, float factor, int groups, float[] sums, int sumsAt, int step) throws Throwable {
        FloatVector x = FloatVector.broadcast(FLOATS, factor);
        int to = sumsAt;
        for (int group = 0; group < groups; group++) {
            IntVector w = (IntVector) LOAD.invokeExact(memory, at + (long) group * LANES * Integer.BYTES);
            x.fma(
                            w.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(),
                            FloatVector.fromArray(FLOATS, sums, to))
                    .intoArray(sums, to);
            x.fma(w.and(UPPER_HALF).reinterpretAsFloats(), FloatVector.fromArray(FLOATS, sums, to + LANES))
                    .intoArray(sums, to + LANES);
            to += step;
        }
    }

    /** Numbers become float32 as in {@link Panels#convertHalves}. */
    private static void addFloat16(Object memory, long at, float factor, int groups, float[] sums, int sumsAt, int step)
            throws Throwable {
        FloatVector x = FloatVector.broadcast(FLOATS, factor);
        int to = sumsAt;
        for (int group = 0; group < groups; group++) {
            IntVector high = (IntVector) LOAD.invokeExact(memory, at + (long) group * LANES * Integer.BYTES);
            IntVector low = high.lanewise(VectorOperators.LSHL, Short.SIZE);
            IntVector size = low.and(0x7fff0000).lanewise(VectorOperators.LSHR, 3);
            IntVector bits = size.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
            x.fma(
                            bits.lanewise(
                                            VectorOperators.OR,
                                            0x7f800000,
                                            size.compare(VectorOperators.GE, 0x7c00 << 13))
                                    .or(low.and(0x80000000))
                                    .reinterpretAsFloats(),
                            FloatVector.fromArray(FLOATS, sums, to))
                    .intoArray(sums, to);
            size = high.and(0x7fff0000).lanewise(VectorOperators.LSHR, 3);
            bits = size.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
            x.fma(
                            bits.lanewise(
                                            VectorOperators.OR,
                                            0x7f800000,
                                            size.compare(VectorOperators.GE, 0x7c00 << 13))
                                    .or(high.and(0x80000000))
                                    .reinterpretAsFloats(),
                            FloatVector.fromArray(FLOATS, sums, to + LANES))
                    .intoArray(sums, to + LANES);
            to += step;
        }
    }

    private static void addFloat32(Object memory, long at, float factor, int groups, float[] sums, int sumsAt, int step)
            throws Throwable {
        FloatVector x = FloatVector.broadcast(FLOATS, factor);
        int to = sumsAt;
        for (int group = 0; group < groups; group++) {
            long position = at + (long) group * GROUP * Float.BYTES;
            IntVector low = (IntVector) LOAD.invokeExact(memory, position);
            IntVector high = (IntVector) LOAD.invokeExact(memory, position + (long) LANES * Float.BYTES);
            x.fma(low.reinterpretAsFloats(), FloatVector.fromArray(FLOATS, sums, to))
                    .intoArray(sums, to);
            x.fma(high.reinterpretAsFloats(), FloatVector.fromArray(FLOATS, sums, to + LANES))
                    .intoArray(sums, to + LANES);
            to += step;
        }
    }

    /** Adds one row that is in an array, {@code [groups * GROUP]}, to the sums of one token. */
    static void addArray(float[] row, float factor, int groups, float[] sums) {
        FloatVector x = FloatVector.broadcast(FLOATS, factor);
        int end = groups * GROUP;
        for (int i = 0; i < end; i += LANES) {
            x.fma(FloatVector.fromArray(FLOATS, row, i), FloatVector.fromArray(FLOATS, sums, i))
                    .intoArray(sums, i);
        }
    }
}
