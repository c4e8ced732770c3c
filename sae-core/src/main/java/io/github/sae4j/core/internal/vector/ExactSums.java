package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.GROUP;
import static io.github.sae4j.core.internal.vector.Memory.LANES;
import static io.github.sae4j.core.internal.vector.Memory.LOAD;

import io.github.sae4j.core.WeightType;
import jdk.incubator.vector.IntVector;

/**
 * The sums of a token and some features that are not neighbours, from rows of their weights: a group of them is laid side by
 * side in a panel, so that {@link Tiles} adds them up as it does for all features, with the same bits.
 */
final class ExactSums {

    /** Rows of a panel; with its squares it fits the first cache. */
    private static final int DEPTH = 128;

    private final StoredMatrix rows;
    private final int dIn;
    private final float[] panel = new float[DEPTH * GROUP];
    private final int[] square = new int[LANES * LANES];
    private final int[] parts = new int[GROUP];
    private final long[] positions = new long[GROUP];

    /**
     * Creates it.
     *
     * @param rows the features' weights, {@code [d_sae, d_in]}
     */
    ExactSums(StoredMatrix rows) {
        this.rows = rows;
        this.dIn = rows.width();
    }

    /**
     * Adds the products of features to sums.
     *
     * @param x where the token begins, at {@code xAt}
     * @param features which, from a position on
     * @param count how many, at most {@link Memory#GROUP}
     * @param sums {@code [GROUP]}; those beyond {@code count} become anything
     */
    void add(float[] x, int xAt, int[] features, int from, int count, float[] sums) throws Throwable {
        for (int i = 0; i < GROUP; i++) {
            int feature = features[from + Math.min(i, count - 1)];
            parts[i] = rows.partOf(feature);
            positions[i] = rows.position(parts[i], feature, 0);
        }
        for (int k = 0; k < dIn; k += DEPTH) {
            int depth = Math.min(DEPTH, dIn - k);
            fill(k, depth);
            Tiles.add(1, x, xAt + k, panel, 0, depth, sums, 0);
        }
    }

    private void fill(int k, int depth) throws Throwable {
        WeightType type = rows.type();
        int step = LANES * Integer.BYTES / type.bytes();
        int whole = depth / step * step;
        for (int half = 0; half < 2; half++) {
            for (int row = 0; row < whole; row += step) {
                for (int lane = 0; lane < LANES; lane++) {
                    int i = half * LANES + lane;
                    IntVector numbers = (IntVector)
                            LOAD.invokeExact(rows.memory(parts[i]), positions[i] + (long) (k + row) * type.bytes());
                    numbers.intoArray(square, lane * LANES);
                }
                Squares.transpose(square);
                Panels.spread(type, square, panel, row * GROUP + half * LANES);
            }
        }
        if (type == WeightType.FLOAT16) {
            Panels.convertHalves(panel, 0, whole * GROUP);
        }
        for (int row = whole; row < depth; row++) {
            for (int i = 0; i < GROUP; i++) {
                panel[row * GROUP + i] = rows.at(parts[i], positions[i] + (long) (k + row) * type.bytes());
            }
        }
    }
}
