package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.FLOATS;
import static io.github.sae4j.core.internal.vector.Memory.GROUP;
import static io.github.sae4j.core.internal.vector.Memory.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * Products of some tokens with a group of features, held in registers: {@code c[t][f] += sum over k of x[k][t] * w[k][f]}.
 *
 * <p>A sum runs over {@code k} in ascending order, one fused multiply-add each, from the value that was in {@code c}. So
 * it is the same whichever method adds it up, and wherever the range of {@code k} is cut. Four tokens by two vectors are
 * eight sums, which hide the latency of two units and leave room in 16 registers for all that Java loads before it
 * multiplies: a number of each token and the two vectors. With 32 registers eight tokens load less for each multiply-add; more
 * of them were no faster.
 *
 * <p>The loops count by the place in {@code x}, so that Java looks only once whether they stay within the arrays.
 */
final class Tiles {

    /** Registers to count on: processors with vectors of 512 bits have 32 of them, some with shorter ones have 16. */
    static final int REGISTERS = FLOATS.vectorBitSize() >= 512 ? 32 : 16;

    /** Tokens of the tallest tile. */
    static final int TALLEST = REGISTERS == 32 ? 8 : 4;

    private Tiles() {}

    /** Returns the height of the next tile when so many tokens are left. */
    static int height(int tokens) {
        if (tokens >= TALLEST) {
            return TALLEST;
        }
        return tokens >= 4 ? 4 : Math.min(tokens, 2);
    }

    /**
     * Adds products.
     *
     * @param height the tile's, from {@link #height}
     * @param x {@code [k][height]} from {@code xAt}
     * @param w {@code [k][GROUP]} from {@code wAt}
     * @param c {@code [height][GROUP]} from {@code cAt}
     */
    static void add(int height, float[] x, int xAt, float[] w, int wAt, int k, float[] c, int cAt) {
        switch (height) {
            case 8 -> add8(x, xAt, w, wAt, k, c, cAt);
            case 4 -> add4(x, xAt, w, wAt, k, c, cAt);
            case 2 -> add2(x, xAt, w, wAt, k, c, cAt);
            default -> add1(x, xAt, w, wAt, k, c, cAt);
        }
    }

    private static void add8(float[] x, int xAt, float[] w, int wAt, int k, float[] c, int cAt) {
        FloatVector c0Low = FloatVector.fromArray(FLOATS, c, cAt);
        FloatVector c0High = FloatVector.fromArray(FLOATS, c, cAt + LANES);
        FloatVector c1Low = FloatVector.fromArray(FLOATS, c, cAt + GROUP);
        FloatVector c1High = FloatVector.fromArray(FLOATS, c, cAt + GROUP + LANES);
        FloatVector c2Low = FloatVector.fromArray(FLOATS, c, cAt + 2 * GROUP);
        FloatVector c2High = FloatVector.fromArray(FLOATS, c, cAt + 2 * GROUP + LANES);
        FloatVector c3Low = FloatVector.fromArray(FLOATS, c, cAt + 3 * GROUP);
        FloatVector c3High = FloatVector.fromArray(FLOATS, c, cAt + 3 * GROUP + LANES);
        FloatVector c4Low = FloatVector.fromArray(FLOATS, c, cAt + 4 * GROUP);
        FloatVector c4High = FloatVector.fromArray(FLOATS, c, cAt + 4 * GROUP + LANES);
        FloatVector c5Low = FloatVector.fromArray(FLOATS, c, cAt + 5 * GROUP);
        FloatVector c5High = FloatVector.fromArray(FLOATS, c, cAt + 5 * GROUP + LANES);
        FloatVector c6Low = FloatVector.fromArray(FLOATS, c, cAt + 6 * GROUP);
        FloatVector c6High = FloatVector.fromArray(FLOATS, c, cAt + 6 * GROUP + LANES);
        FloatVector c7Low = FloatVector.fromArray(FLOATS, c, cAt + 7 * GROUP);
        FloatVector c7High = FloatVector.fromArray(FLOATS, c, cAt + 7 * GROUP + LANES);
        int end = xAt + 8 * k;
        int at = wAt;
        for (int from = xAt; from < end; from += 8) {
            FloatVector low = FloatVector.fromArray(FLOATS, w, at);
            FloatVector high = FloatVector.fromArray(FLOATS, w, at + LANES);
            FloatVector x0 = FloatVector.broadcast(FLOATS, x[from]);
            c0Low = x0.fma(low, c0Low);
            c0High = x0.fma(high, c0High);
            FloatVector x1 = FloatVector.broadcast(FLOATS, x[from + 1]);
            c1Low = x1.fma(low, c1Low);
            c1High = x1.fma(high, c1High);
            FloatVector x2 = FloatVector.broadcast(FLOATS, x[from + 2]);
            c2Low = x2.fma(low, c2Low);
            c2High = x2.fma(high, c2High);
            FloatVector x3 = FloatVector.broadcast(FLOATS, x[from + 3]);
            c3Low = x3.fma(low, c3Low);
            c3High = x3.fma(high, c3High);
            FloatVector x4 = FloatVector.broadcast(FLOATS, x[from + 4]);
            c4Low = x4.fma(low, c4Low);
            c4High = x4.fma(high, c4High);
            FloatVector x5 = FloatVector.broadcast(FLOATS, x[from + 5]);
            c5Low = x5.fma(low, c5Low);
            c5High = x5.fma(high, c5High);
            FloatVector x6 = FloatVector.broadcast(FLOATS, x[from + 6]);
            c6Low = x6.fma(low, c6Low);
            c6High = x6.fma(high, c6High);
            FloatVector x7 = FloatVector.broadcast(FLOATS, x[from + 7]);
            c7Low = x7.fma(low, c7Low);
            c7High = x7.fma(high, c7High);
            at += GROUP;
        }
        c0Low.intoArray(c, cAt);
        c0High.intoArray(c, cAt + LANES);
        c1Low.intoArray(c, cAt + GROUP);
        c1High.intoArray(c, cAt + GROUP + LANES);
        c2Low.intoArray(c, cAt + 2 * GROUP);
        c2High.intoArray(c, cAt + 2 * GROUP + LANES);
        c3Low.intoArray(c, cAt + 3 * GROUP);
        c3High.intoArray(c, cAt + 3 * GROUP + LANES);
        c4Low.intoArray(c, cAt + 4 * GROUP);
        c4High.intoArray(c, cAt + 4 * GROUP + LANES);
        c5Low.intoArray(c, cAt + 5 * GROUP);
        c5High.intoArray(c, cAt + 5 * GROUP + LANES);
        c6Low.intoArray(c, cAt + 6 * GROUP);
        c6High.intoArray(c, cAt + 6 * GROUP + LANES);
        c7Low.intoArray(c, cAt + 7 * GROUP);
        c7High.intoArray(c, cAt + 7 * GROUP + LANES);
    }

    private static void add4(float[] x, int xAt, float[] w, int wAt, int k, float[] c, int cAt) {
        FloatVector c0Low = FloatVector.fromArray(FLOATS, c, cAt);
        FloatVector c0High = FloatVector.fromArray(FLOATS, c, cAt + LANES);
        FloatVector c1Low = FloatVector.fromArray(FLOATS, c, cAt + GROUP);
        FloatVector c1High = FloatVector.fromArray(FLOATS, c, cAt + GROUP + LANES);
        FloatVector c2Low = FloatVector.fromArray(FLOATS, c, cAt + 2 * GROUP);
        FloatVector c2High = FloatVector.fromArray(FLOATS, c, cAt + 2 * GROUP + LANES);
        FloatVector c3Low = FloatVector.fromArray(FLOATS, c, cAt + 3 * GROUP);
        FloatVector c3High = FloatVector.fromArray(FLOATS, c, cAt + 3 * GROUP + LANES);
        int end = xAt + 4 * k;
        int at = wAt;
        for (int from = xAt; from < end; from += 4) {
            FloatVector low = FloatVector.fromArray(FLOATS, w, at);
            FloatVector high = FloatVector.fromArray(FLOATS, w, at + LANES);
            FloatVector x0 = FloatVector.broadcast(FLOATS, x[from]);
            c0Low = x0.fma(low, c0Low);
            c0High = x0.fma(high, c0High);
            FloatVector x1 = FloatVector.broadcast(FLOATS, x[from + 1]);
            c1Low = x1.fma(low, c1Low);
            c1High = x1.fma(high, c1High);
            FloatVector x2 = FloatVector.broadcast(FLOATS, x[from + 2]);
            c2Low = x2.fma(low, c2Low);
            c2High = x2.fma(high, c2High);
            FloatVector x3 = FloatVector.broadcast(FLOATS, x[from + 3]);
            c3Low = x3.fma(low, c3Low);
            c3High = x3.fma(high, c3High);
            at += GROUP;
        }
        c0Low.intoArray(c, cAt);
        c0High.intoArray(c, cAt + LANES);
        c1Low.intoArray(c, cAt + GROUP);
        c1High.intoArray(c, cAt + GROUP + LANES);
        c2Low.intoArray(c, cAt + 2 * GROUP);
        c2High.intoArray(c, cAt + 2 * GROUP + LANES);
        c3Low.intoArray(c, cAt + 3 * GROUP);
        c3High.intoArray(c, cAt + 3 * GROUP + LANES);
    }

    private static void add2(float[] x, int xAt, float[] w, int wAt, int k, float[] c, int cAt) {
        FloatVector c0Low = FloatVector.fromArray(FLOATS, c, cAt);
        FloatVector c0High = FloatVector.fromArray(FLOATS, c, cAt + LANES);
        FloatVector c1Low = FloatVector.fromArray(FLOATS, c, cAt + GROUP);
        FloatVector c1High = FloatVector.fromArray(FLOATS, c, cAt + GROUP + LANES);
        int end = xAt + 2 * k;
        int at = wAt;
        for (int from = xAt; from < end; from += 2) {
            FloatVector low = FloatVector.fromArray(FLOATS, w, at);
            FloatVector high = FloatVector.fromArray(FLOATS, w, at + LANES);
            FloatVector x0 = FloatVector.broadcast(FLOATS, x[from]);
            c0Low = x0.fma(low, c0Low);
            c0High = x0.fma(high, c0High);
            FloatVector x1 = FloatVector.broadcast(FLOATS, x[from + 1]);
            c1Low = x1.fma(low, c1Low);
            c1High = x1.fma(high, c1High);
            at += GROUP;
        }
        c0Low.intoArray(c, cAt);
        c0High.intoArray(c, cAt + LANES);
        c1Low.intoArray(c, cAt + GROUP);
        c1High.intoArray(c, cAt + GROUP + LANES);
    }

    private static void add1(float[] x, int xAt, float[] w, int wAt, int k, float[] c, int cAt) {
        FloatVector c0Low = FloatVector.fromArray(FLOATS, c, cAt);
        FloatVector c0High = FloatVector.fromArray(FLOATS, c, cAt + LANES);
        int end = xAt + k;
        int at = wAt;
        for (int from = xAt; from < end; from++) {
            FloatVector low = FloatVector.fromArray(FLOATS, w, at);
            FloatVector high = FloatVector.fromArray(FLOATS, w, at + LANES);
            FloatVector x0 = FloatVector.broadcast(FLOATS, x[from]);
            c0Low = x0.fma(low, c0Low);
            c0High = x0.fma(high, c0High);
            at += GROUP;
        }
        c0Low.intoArray(c, cAt);
        c0High.intoArray(c, cAt + LANES);
    }
}
