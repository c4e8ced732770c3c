package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.FLOATS;
import static io.github.sae4j.core.internal.vector.Memory.GROUP;
import static io.github.sae4j.core.internal.vector.Memory.LANES;

import io.github.sae4j.core.WeightType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Weighted sums of rows as they stream from memory: {@code sums += factor * row}. Rows are added one after the other with
 * fused multiply-adds, so a sum has the same bits as one of {@link Tiles} over the same rows.
 *
 * <p>Rows of 16-bit numbers are added by pairs: of each group the numbers at even places become its first vector, those
 * at odd places its second.
 */
final class RowSums {

    private RowSums() {}

    /**
     * Adds one row.
     *
     * @param at the byte position of the row's first number, or of the strip of it that is added
     * @param groups how many whole groups of numbers
     * @param sums {@code [group][GROUP]}
     */
    static void addOne(StoredMatrix stored, Object memory, long at, float factor, int groups, float[] sums) {
        switch (stored.type()) {
            case BFLOAT16 -> addBfloat16(memory, at, factor, groups, sums);
            case FLOAT16 -> addFloat16(memory, at, factor, groups, sums);
            case FLOAT32 -> addFloat32(memory, at, factor, groups, sums);
        }
    }

    /** Returns whether {@link #addFour} is for rows of this type. */
    static boolean addsFour(StoredMatrix stored) {
        return stored.type() == WeightType.BFLOAT16;
    }

    /** Adds four rows of bfloat16, the first one first. */
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
            float[] sums) {
        FloatVector x0 = FloatVector.broadcast(FLOATS, factor0);
        FloatVector x1 = FloatVector.broadcast(FLOATS, factor1);
        FloatVector x2 = FloatVector.broadcast(FLOATS, factor2);
        FloatVector x3 = FloatVector.broadcast(FLOATS, factor3);
        int to = groups * GROUP;
        for (int i = 0; i < to; i += GROUP) {
            long offset = (long) Short.BYTES * i;
            FloatVector low = FloatVector.fromArray(FLOATS, sums, i);
            FloatVector high = FloatVector.fromArray(FLOATS, sums, i + LANES);
            IntVector w0 = Memory.load(memory0, at0 + offset);
            low = x0.fma(Panels.lowBfloat16(w0), low);
            high = x0.fma(Panels.highBfloat16(w0), high);
            IntVector w1 = Memory.load(memory1, at1 + offset);
            low = x1.fma(Panels.lowBfloat16(w1), low);
            high = x1.fma(Panels.highBfloat16(w1), high);
            IntVector w2 = Memory.load(memory2, at2 + offset);
            low = x2.fma(Panels.lowBfloat16(w2), low);
            high = x2.fma(Panels.highBfloat16(w2), high);
            IntVector w3 = Memory.load(memory3, at3 + offset);
            x3.fma(Panels.lowBfloat16(w3), low).intoArray(sums, i);
            x3.fma(Panels.highBfloat16(w3), high).intoArray(sums, i + LANES);
        }
    }

    private static void addBfloat16(Object memory, long at, float factor, int groups, float[] sums) {
        FloatVector x = FloatVector.broadcast(FLOATS, factor);
        int to = groups * GROUP;
        for (int i = 0; i < to; i += GROUP) {
            IntVector w = Memory.load(memory, at + (long) Short.BYTES * i);
            x.fma(Panels.lowBfloat16(w), FloatVector.fromArray(FLOATS, sums, i)).intoArray(sums, i);
            x.fma(Panels.highBfloat16(w), FloatVector.fromArray(FLOATS, sums, i + LANES))
                    .intoArray(sums, i + LANES);
        }
    }

    private static void addFloat16(Object memory, long at, float factor, int groups, float[] sums) {
        FloatVector x = FloatVector.broadcast(FLOATS, factor);
        int to = groups * GROUP;
        for (int i = 0; i < to; i += GROUP) {
            IntVector w = Memory.load(memory, at + (long) Short.BYTES * i);
            x.fma(Panels.fromHalf(w.and(0xffff)), FloatVector.fromArray(FLOATS, sums, i))
                    .intoArray(sums, i);
            x.fma(
                            Panels.fromHalf(w.lanewise(VectorOperators.LSHR, Short.SIZE)),
                            FloatVector.fromArray(FLOATS, sums, i + LANES))
                    .intoArray(sums, i + LANES);
        }
    }

    private static void addFloat32(Object memory, long at, float factor, int groups, float[] sums) {
        FloatVector x = FloatVector.broadcast(FLOATS, factor);
        int to = groups * GROUP;
        for (int i = 0; i < to; i += LANES) {
            FloatVector w = Memory.load(memory, at + (long) Float.BYTES * i).reinterpretAsFloats();
            x.fma(w, FloatVector.fromArray(FLOATS, sums, i)).intoArray(sums, i);
        }
    }
}
