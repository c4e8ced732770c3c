package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.FLOATS;
import static io.github.sae4j.core.internal.vector.Memory.GROUP;
import static io.github.sae4j.core.internal.vector.Memory.INTS;
import static io.github.sae4j.core.internal.vector.Memory.LANES;
import static io.github.sae4j.core.internal.vector.Memory.LOAD;
import static io.github.sae4j.core.internal.vector.Memory.UPPER_HALF;

import io.github.sae4j.core.WeightType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * The sums of a token and some features that are not neighbours, from rows of their weights: rows become columns a square at a
 * time, so that each lane adds up one feature's sum as {@link Tiles} does for all features, with the same bits.
 */
final class ExactSums {

    /** Vectors of a row that are turned together; with those of all rows they fit the first cache. */
    private static final int SQUARES = 128 / LANES;

    private static final int SQUARE = LANES * LANES;

    private static final VectorShuffle<Integer> SWAP_ONE = Squares.swap(1);
    private static final VectorShuffle<Integer> SWAP_TWO = Squares.swap(2);
    private static final VectorMask<Integer> ODD = Squares.second(1);
    private static final VectorMask<Integer> UPPER = Squares.second(2);

    private final StoredMatrix rows;
    private final int dIn;

    /** Numbers in an int of a row. */
    private final int perInt;

    private final int[] squares = new int[2 * SQUARES * SQUARE];
    private final int[] parts = new int[GROUP];
    private final long[] positions = new long[GROUP];
    private final float[] group = new float[GROUP];
    private final float[] panel;

    /**
     * Creates it.
     *
     * @param rows the features' weights, {@code [d_sae, d_in]}
     */
    ExactSums(StoredMatrix rows) {
        this.rows = rows;
        this.dIn = rows.width();
        this.perInt = Integer.BYTES / rows.type().bytes();
        this.panel = new float[rows.type() == WeightType.FLOAT16 ? 2 * LANES * GROUP : 0];
    }

    /**
     * Adds the products of features to sums.
     *
     * @param x where the token begins, at {@code xAt}
     * @param features which, from a position on
     * @param count how many, at most {@link Memory#GROUP}
     * @param sums of each of the features, at its position
     */
    void add(float[] x, int xAt, int[] features, int from, int count, float[] sums) throws Throwable {
        for (int i = 0; i < GROUP; i++) {
            int feature = features[from + Math.min(i, count - 1)];
            parts[i] = rows.partOf(feature);
            positions[i] = rows.position(parts[i], feature, 0);
        }
        System.arraycopy(sums, from, group, 0, count);
        int step = LANES * perInt;
        int whole = dIn / step * step;
        for (int k = 0; k < whole; k += SQUARES * step) {
            int blocks = Math.min(SQUARES, (whole - k) / step);
            read(0, k, blocks);
            if (count > LANES) {
                read(1, k, blocks);
            }
            switch (rows.type()) {
                case BFLOAT16 -> addBfloat16(squares, blocks, x, xAt + k, group);
                case FLOAT16 -> addHalves(blocks, x, xAt + k);
                case FLOAT32 -> addFloat32(squares, blocks, x, xAt + k, group);
            }
        }
        for (int k = whole; k < dIn; k++) {
            for (int i = 0; i < count; i++) {
                group[i] = Math.fma(
                        x[xAt + k],
                        rows.at(parts[i], positions[i] + (long) k * rows.type().bytes()),
                        group[i]);
            }
        }
        System.arraycopy(group, 0, sums, from, count);
    }

    /** Reads half a group of rows into squares, and exchanges all blocks off their diagonals but those of one and two ints. */
    private void read(int half, int k, int blocks) throws Throwable {
        long offset = (long) k * rows.type().bytes();
        int first = half * LANES;
        if (LANES == 16) {
            for (int i = first; i < first + 4; i++) {
                Squares.readFour(
                        rows.memory(parts[i]),
                        positions[i] + offset,
                        rows.memory(parts[i + 4]),
                        positions[i + 4] + offset,
                        rows.memory(parts[i + 8]),
                        positions[i + 8] + offset,
                        rows.memory(parts[i + 12]),
                        positions[i + 12] + offset,
                        blocks,
                        squares,
                        half * SQUARE + (i - first) * LANES,
                        2 * SQUARE);
            }
            return;
        }
        for (int i = first; i < first + LANES; i++) {
            readRow(rows.memory(parts[i]), positions[i] + offset, blocks, squares, half * SQUARE + (i - first) * LANES);
        }
        for (int block = 0; block < blocks; block++) {
            Squares.exchangeLarge(squares, (2 * block + half) * SQUARE);
        }
    }

    private static void readRow(Object memory, long at, int blocks, int[] squares, int to) throws Throwable {
        for (int block = 0; block < blocks; block++) {
            IntVector numbers = (IntVector) LOAD.invokeExact(memory, at + (long) block * LANES * Integer.BYTES);
            numbers.intoArray(squares, to + block * 2 * SQUARE);
        }
    }

    /** Exchanges the blocks that are left, and adds up each row of what has become a square of columns. */
    private static void addBfloat16(int[] squares, int blocks, float[] x, int xAt, float[] sums) {
        FloatVector low = FloatVector.fromArray(FLOATS, sums, 0);
        FloatVector high = FloatVector.fromArray(FLOATS, sums, LANES);
        for (int quad = 0; quad < blocks * LANES / 4; quad++) {
            int block = quad / (LANES / 4);
            int at = block * SQUARE + 4 * quad * LANES;
            int k = xAt + 8 * quad;
            IntVector a = IntVector.fromArray(INTS, squares, at);
            IntVector b = IntVector.fromArray(INTS, squares, at + LANES);
            IntVector c = IntVector.fromArray(INTS, squares, at + 2 * LANES);
            IntVector d = IntVector.fromArray(INTS, squares, at + 3 * LANES);
            IntVector ab = a.blend(b.rearrange(SWAP_ONE), ODD);
            IntVector ba = a.rearrange(SWAP_ONE).blend(b, ODD);
            IntVector cd = c.blend(d.rearrange(SWAP_ONE), ODD);
            IntVector dc = c.rearrange(SWAP_ONE).blend(d, ODD);
            a = ab.blend(cd.rearrange(SWAP_TWO), UPPER);
            b = ba.blend(dc.rearrange(SWAP_TWO), UPPER);
            c = ab.rearrange(SWAP_TWO).blend(cd, UPPER);
            d = ba.rearrange(SWAP_TWO).blend(dc, UPPER);
            IntVector e = IntVector.fromArray(INTS, squares, at + SQUARE);
            IntVector f = IntVector.fromArray(INTS, squares, at + SQUARE + LANES);
            IntVector g = IntVector.fromArray(INTS, squares, at + SQUARE + 2 * LANES);
            IntVector h = IntVector.fromArray(INTS, squares, at + SQUARE + 3 * LANES);
            IntVector ef = e.blend(f.rearrange(SWAP_ONE), ODD);
            IntVector fe = e.rearrange(SWAP_ONE).blend(f, ODD);
            IntVector gh = g.blend(h.rearrange(SWAP_ONE), ODD);
            IntVector hg = g.rearrange(SWAP_ONE).blend(h, ODD);
            e = ef.blend(gh.rearrange(SWAP_TWO), UPPER);
            f = fe.blend(hg.rearrange(SWAP_TWO), UPPER);
            g = ef.rearrange(SWAP_TWO).blend(gh, UPPER);
            h = fe.rearrange(SWAP_TWO).blend(hg, UPPER);
            FloatVector x0 = FloatVector.broadcast(FLOATS, x[k]);
            low = x0.fma(a.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), low);
            high = x0.fma(e.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), high);
            FloatVector x1 = FloatVector.broadcast(FLOATS, x[k + 1]);
            low = x1.fma(a.and(UPPER_HALF).reinterpretAsFloats(), low);
            high = x1.fma(e.and(UPPER_HALF).reinterpretAsFloats(), high);
            FloatVector x2 = FloatVector.broadcast(FLOATS, x[k + 2]);
            low = x2.fma(b.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), low);
            high = x2.fma(f.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), high);
            FloatVector x3 = FloatVector.broadcast(FLOATS, x[k + 3]);
            low = x3.fma(b.and(UPPER_HALF).reinterpretAsFloats(), low);
            high = x3.fma(f.and(UPPER_HALF).reinterpretAsFloats(), high);
            FloatVector x4 = FloatVector.broadcast(FLOATS, x[k + 4]);
            low = x4.fma(c.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), low);
            high = x4.fma(g.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), high);
            FloatVector x5 = FloatVector.broadcast(FLOATS, x[k + 5]);
            low = x5.fma(c.and(UPPER_HALF).reinterpretAsFloats(), low);
            high = x5.fma(g.and(UPPER_HALF).reinterpretAsFloats(), high);
            FloatVector x6 = FloatVector.broadcast(FLOATS, x[k + 6]);
            low = x6.fma(d.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), low);
            high = x6.fma(h.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats(), high);
            FloatVector x7 = FloatVector.broadcast(FLOATS, x[k + 7]);
            low = x7.fma(d.and(UPPER_HALF).reinterpretAsFloats(), low);
            high = x7.fma(h.and(UPPER_HALF).reinterpretAsFloats(), high);
        }
        low.intoArray(sums, 0);
        high.intoArray(sums, LANES);
    }

    private static void addFloat32(int[] squares, int blocks, float[] x, int xAt, float[] sums) {
        FloatVector low = FloatVector.fromArray(FLOATS, sums, 0);
        FloatVector high = FloatVector.fromArray(FLOATS, sums, LANES);
        for (int quad = 0; quad < blocks * LANES / 4; quad++) {
            int block = quad / (LANES / 4);
            int at = block * SQUARE + 4 * quad * LANES;
            int k = xAt + 4 * quad;
            IntVector a = IntVector.fromArray(INTS, squares, at);
            IntVector b = IntVector.fromArray(INTS, squares, at + LANES);
            IntVector c = IntVector.fromArray(INTS, squares, at + 2 * LANES);
            IntVector d = IntVector.fromArray(INTS, squares, at + 3 * LANES);
            IntVector ab = a.blend(b.rearrange(SWAP_ONE), ODD);
            IntVector ba = a.rearrange(SWAP_ONE).blend(b, ODD);
            IntVector cd = c.blend(d.rearrange(SWAP_ONE), ODD);
            IntVector dc = c.rearrange(SWAP_ONE).blend(d, ODD);
            a = ab.blend(cd.rearrange(SWAP_TWO), UPPER);
            b = ba.blend(dc.rearrange(SWAP_TWO), UPPER);
            c = ab.rearrange(SWAP_TWO).blend(cd, UPPER);
            d = ba.rearrange(SWAP_TWO).blend(dc, UPPER);
            IntVector e = IntVector.fromArray(INTS, squares, at + SQUARE);
            IntVector f = IntVector.fromArray(INTS, squares, at + SQUARE + LANES);
            IntVector g = IntVector.fromArray(INTS, squares, at + SQUARE + 2 * LANES);
            IntVector h = IntVector.fromArray(INTS, squares, at + SQUARE + 3 * LANES);
            IntVector ef = e.blend(f.rearrange(SWAP_ONE), ODD);
            IntVector fe = e.rearrange(SWAP_ONE).blend(f, ODD);
            IntVector gh = g.blend(h.rearrange(SWAP_ONE), ODD);
            IntVector hg = g.rearrange(SWAP_ONE).blend(h, ODD);
            e = ef.blend(gh.rearrange(SWAP_TWO), UPPER);
            f = fe.blend(hg.rearrange(SWAP_TWO), UPPER);
            g = ef.rearrange(SWAP_TWO).blend(gh, UPPER);
            h = fe.rearrange(SWAP_TWO).blend(hg, UPPER);
            FloatVector x0 = FloatVector.broadcast(FLOATS, x[k]);
            low = x0.fma(a.reinterpretAsFloats(), low);
            high = x0.fma(e.reinterpretAsFloats(), high);
            FloatVector x1 = FloatVector.broadcast(FLOATS, x[k + 1]);
            low = x1.fma(b.reinterpretAsFloats(), low);
            high = x1.fma(f.reinterpretAsFloats(), high);
            FloatVector x2 = FloatVector.broadcast(FLOATS, x[k + 2]);
            low = x2.fma(c.reinterpretAsFloats(), low);
            high = x2.fma(g.reinterpretAsFloats(), high);
            FloatVector x3 = FloatVector.broadcast(FLOATS, x[k + 3]);
            low = x3.fma(d.reinterpretAsFloats(), low);
            high = x3.fma(h.reinterpretAsFloats(), high);
        }
        low.intoArray(sums, 0);
        high.intoArray(sums, LANES);
    }

    private void addHalves(int blocks, float[] x, int xAt) {
        for (int block = 0; block < blocks; block++) {
            for (int half = 0; half < 2; half++) {
                int at = (2 * block + half) * SQUARE;
                Squares.exchangeSmall(squares, at);
                Panels.spread(WeightType.FLOAT16, squares, at, panel, half * LANES);
            }
            Panels.convertHalves(panel, 0, panel.length);
            Tiles.add(1, x, xAt + block * 2 * LANES, panel, 0, 2 * LANES, group, 0);
        }
    }
}
