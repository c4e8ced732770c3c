package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.INTS;
import static io.github.sae4j.core.internal.vector.Memory.LANES;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/** Transposes squares of ints, row after row in an array, by exchanging ever larger blocks off the diagonal. */
final class Squares {

    private static final Exchange[] EXCHANGES = exchanges();

    private Squares() {}

    /**
     * What happens to two rows that are a step apart.
     *
     * @param step how far apart, and how large the blocks are
     * @param swap puts the blocks of a row into each other's place
     * @param second which numbers of a row are in the second of two blocks
     */
    private record Exchange(int step, VectorShuffle<Integer> swap, VectorMask<Integer> second) {}

    private static Exchange[] exchanges() {
        Exchange[] exchanges = new Exchange[Integer.numberOfTrailingZeros(LANES)];
        for (int i = 0; i < exchanges.length; i++) {
            int step = 1 << i;
            exchanges[i] = new Exchange(
                    step,
                    VectorShuffle.fromOp(INTS, lane -> lane ^ step),
                    IntVector.zero(INTS).addIndex(1).and(step).compare(VectorOperators.NE, 0));
        }
        return exchanges;
    }

    /** Transposes a square of as many rows as a vector has lanes. */
    static void transpose(int[] square) {
        int i = 0;
        for (; i + 2 <= EXCHANGES.length; i += 2) {
            exchangeTwice(square, EXCHANGES[i], EXCHANGES[i + 1]);
        }
        if (i < EXCHANGES.length) {
            exchange(square, EXCHANGES[i]);
        }
    }

    /** Exchanges blocks of two sizes while four rows are in registers. */
    private static void exchangeTwice(int[] square, Exchange small, Exchange large) {
        int step = small.step();
        VectorShuffle<Integer> swap = small.swap();
        VectorMask<Integer> second = small.second();
        VectorShuffle<Integer> largeSwap = large.swap();
        VectorMask<Integer> largeSecond = large.second();
        for (int quad = 0; quad < LANES / 4; quad++) {
            int first = (((quad & -step) << 2) | (quad & (step - 1))) * LANES;
            IntVector a = IntVector.fromArray(INTS, square, first);
            IntVector b = IntVector.fromArray(INTS, square, first + step * LANES);
            IntVector c = IntVector.fromArray(INTS, square, first + 2 * step * LANES);
            IntVector d = IntVector.fromArray(INTS, square, first + 3 * step * LANES);
            IntVector ab = a.blend(b.rearrange(swap), second);
            IntVector ba = a.rearrange(swap).blend(b, second);
            IntVector cd = c.blend(d.rearrange(swap), second);
            IntVector dc = c.rearrange(swap).blend(d, second);
            ab.blend(cd.rearrange(largeSwap), largeSecond).intoArray(square, first);
            ba.blend(dc.rearrange(largeSwap), largeSecond).intoArray(square, first + step * LANES);
            ab.rearrange(largeSwap).blend(cd, largeSecond).intoArray(square, first + 2 * step * LANES);
            ba.rearrange(largeSwap).blend(dc, largeSecond).intoArray(square, first + 3 * step * LANES);
        }
    }

    private static void exchange(int[] square, Exchange one) {
        int step = one.step();
        for (int pair = 0; pair < LANES / 2; pair++) {
            int first = (((pair & -step) << 1) | (pair & (step - 1))) * LANES;
            IntVector a = IntVector.fromArray(INTS, square, first);
            IntVector b = IntVector.fromArray(INTS, square, first + step * LANES);
            a.blend(b.rearrange(one.swap()), one.second()).intoArray(square, first);
            a.rearrange(one.swap()).blend(b, one.second()).intoArray(square, first + step * LANES);
        }
    }
}
