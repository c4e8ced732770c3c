package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.LANES;
import static io.github.sae4j.core.internal.vector.Memory.UPPER_HALF;

/**
 * The sums of {@link RowSums} for one token and rows of bfloat16, with the same bits and no vectors: for the first calls of
 * a process, see {@link WarmUp}. Numbers are copied first, because a loop over an array calls no method and is compiled
 * within milliseconds.
 */
final class PlainRows {

    private static final int AT_ONCE = 4;

    private int[] pairs = new int[0];

    /**
     * Adds rows to the sums of one token, the first row first.
     *
     * @param at the byte position of the first row's first group in a part of the matrix
     * @param rows how many, all in that part
     * @param x their factors, from {@code xAt}
     * @param sums {@code [GROUP]} for each group, from 0
     */
    void add(StoredMatrix stored, int part, long at, int rows, float[] x, int xAt, int groups, float[] sums) {
        int length = groups * LANES;
        if (pairs.length < AT_ONCE * length) {
            pairs = new int[AT_ONCE * length];
        }
        int row = 0;
        for (; row + AT_ONCE <= rows; row += AT_ONCE) {
            for (int within = 0; within < AT_ONCE; within++) {
                stored.read(part, at + (row + within) * stored.rowBytes(), pairs, within * length, length);
            }
            addFour(length, x[xAt + row], x[xAt + row + 1], x[xAt + row + 2], x[xAt + row + 3], sums);
        }
        for (; row < rows; row++) {
            stored.read(part, at + row * stored.rowBytes(), pairs, 0, length);
            addOne(length, x[xAt + row], sums);
        }
    }

    private void addFour(int length, float x0, float x1, float x2, float x3, float[] sums) {
        int[] w = pairs;
        for (int i = 0; i < length; i++) {
            int w0 = w[i];
            int w1 = w[length + i];
            int w2 = w[2 * length + i];
            int w3 = w[3 * length + i];
            int low = low(i);
            float sum = Math.fma(x0, Float.intBitsToFloat(w0 << Short.SIZE), sums[low]);
            sum = Math.fma(x1, Float.intBitsToFloat(w1 << Short.SIZE), sum);
            sum = Math.fma(x2, Float.intBitsToFloat(w2 << Short.SIZE), sum);
            sums[low] = Math.fma(x3, Float.intBitsToFloat(w3 << Short.SIZE), sum);
            int high = low + LANES;
            sum = Math.fma(x0, Float.intBitsToFloat(w0 & UPPER_HALF), sums[high]);
            sum = Math.fma(x1, Float.intBitsToFloat(w1 & UPPER_HALF), sum);
            sum = Math.fma(x2, Float.intBitsToFloat(w2 & UPPER_HALF), sum);
            sums[high] = Math.fma(x3, Float.intBitsToFloat(w3 & UPPER_HALF), sum);
        }
    }

    private void addOne(int length, float x, float[] sums) {
        int[] w = pairs;
        for (int i = 0; i < length; i++) {
            int low = low(i);
            int high = low + LANES;
            sums[low] = Math.fma(x, Float.intBitsToFloat(w[i] << Short.SIZE), sums[low]);
            sums[high] = Math.fma(x, Float.intBitsToFloat(w[i] & UPPER_HALF), sums[high]);
        }
    }

    /** Returns where the sum of the first number of a pair stands: its group's vectors come one after the other. */
    private static int low(int pair) {
        return 2 * pair - pair % LANES;
    }
}
