package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.INTS;
import static io.github.sae4j.core.internal.vector.Memory.LANES;
import static io.github.sae4j.core.internal.vector.Memory.LOAD;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/** Transposes squares of ints, row after row in an array, by exchanging ever larger blocks off the diagonal. */
final class Squares {

    private static final Exchange[] EXCHANGES = exchanges();
    private static final VectorShuffle<Integer> SWAP_FOUR = swap(4);
    private static final VectorShuffle<Integer> SWAP_EIGHT = swap(8);
    private static final VectorMask<Integer> SECOND_FOUR = second(4);
    private static final VectorMask<Integer> SECOND_EIGHT = second(8);

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
            exchanges[i] = new Exchange(1 << i, swap(1 << i), second(1 << i));
        }
        return exchanges;
    }

    /** Returns what puts neighbouring blocks of a row into each other's place. */
    static VectorShuffle<Integer> swap(int step) {
        return VectorShuffle.fromOp(INTS, lane -> lane ^ step);
    }

    /** Returns which numbers of a row are in the second of two neighbouring blocks. */
    static VectorMask<Integer> second(int step) {
        return IntVector.zero(INTS).addIndex(1).and(step).compare(VectorOperators.NE, 0);
    }

    /** Transposes a square of as many rows as a vector has lanes. */
    static void transpose(int[] square) {
        exchangeSmall(square, 0);
        exchangeLarge(square, 0);
    }

    /** Exchanges blocks of one and of two numbers, in the square that begins at a position. */
    static void exchangeSmall(int[] squares, int at) {
        exchangeTwice(squares, at, EXCHANGES[0], EXCHANGES[1]);
    }

    /** Exchanges the larger blocks. */
    static void exchangeLarge(int[] squares, int at) {
        int i = 2;
        for (; i + 2 <= EXCHANGES.length; i += 2) {
            exchangeTwice(squares, at, EXCHANGES[i], EXCHANGES[i + 1]);
        }
        if (i < EXCHANGES.length) {
            exchange(squares, at, EXCHANGES[i]);
        }
    }

    /**
     * Reads a vector after the other of four rows, four apart in squares of 16, and exchanges blocks of four and eight numbers on
     * the way.
     *
     * @param count how many vectors, each for a square
     * @param to takes the first row's first vector
     * @param apart how far squares are from each other
     */
    static void readFour(
            Object memory0,
            long at0,
            Object memory1,
            long at1,
            Object memory2,
            long at2,
            Object memory3,
            long at3,
            int count,
            int[] squares,
            int to,
            int apart)
            throws Throwable {
        for (int i = 0; i < count; i++) {
            long offset = (long) i * LANES * Integer.BYTES;
            int at = to + i * apart;
            IntVector a = (IntVector) LOAD.invokeExact(memory0, at0 + offset);
            IntVector b = (IntVector) LOAD.invokeExact(memory1, at1 + offset);
            IntVector c = (IntVector) LOAD.invokeExact(memory2, at2 + offset);
            IntVector d = (IntVector) LOAD.invokeExact(memory3, at3 + offset);
            IntVector ab = a.blend(b.rearrange(SWAP_FOUR), SECOND_FOUR);
            IntVector ba = a.rearrange(SWAP_FOUR).blend(b, SECOND_FOUR);
            IntVector cd = c.blend(d.rearrange(SWAP_FOUR), SECOND_FOUR);
            IntVector dc = c.rearrange(SWAP_FOUR).blend(d, SECOND_FOUR);
            ab.blend(cd.rearrange(SWAP_EIGHT), SECOND_EIGHT).intoArray(squares, at);
            ba.blend(dc.rearrange(SWAP_EIGHT), SECOND_EIGHT).intoArray(squares, at + 4 * LANES);
            ab.rearrange(SWAP_EIGHT).blend(cd, SECOND_EIGHT).intoArray(squares, at + 8 * LANES);
            ba.rearrange(SWAP_EIGHT).blend(dc, SECOND_EIGHT).intoArray(squares, at + 12 * LANES);
        }
    }

    /** Exchanges blocks of two sizes while four rows are in registers. */
    private static void exchangeTwice(int[] squares, int at, Exchange small, Exchange large) {
        int step = small.step();
        VectorShuffle<Integer> swap = small.swap();
        VectorMask<Integer> second = small.second();
        VectorShuffle<Integer> largeSwap = large.swap();
        VectorMask<Integer> largeSecond = large.second();
        for (int quad = 0; quad < LANES / 4; quad++) {
            int first = at + (((quad & -step) << 2) | (quad & (step - 1))) * LANES;
            IntVector a = IntVector.fromArray(INTS, squares, first);
            IntVector b = IntVector.fromArray(INTS, squares, first + step * LANES);
            IntVector c = IntVector.fromArray(INTS, squares, first + 2 * step * LANES);
            IntVector d = IntVector.fromArray(INTS, squares, first + 3 * step * LANES);
            IntVector ab = a.blend(b.rearrange(swap), second);
            IntVector ba = a.rearrange(swap).blend(b, second);
            IntVector cd = c.blend(d.rearrange(swap), second);
            IntVector dc = c.rearrange(swap).blend(d, second);
            ab.blend(cd.rearrange(largeSwap), largeSecond).intoArray(squares, first);
            ba.blend(dc.rearrange(largeSwap), largeSecond).intoArray(squares, first + step * LANES);
            ab.rearrange(largeSwap).blend(cd, largeSecond).intoArray(squares, first + 2 * step * LANES);
            ba.rearrange(largeSwap).blend(dc, largeSecond).intoArray(squares, first + 3 * step * LANES);
        }
    }

    private static void exchange(int[] squares, int at, Exchange one) {
        int step = one.step();
        for (int pair = 0; pair < LANES / 2; pair++) {
            int first = at + (((pair & -step) << 1) | (pair & (step - 1))) * LANES;
            IntVector a = IntVector.fromArray(INTS, squares, first);
            IntVector b = IntVector.fromArray(INTS, squares, first + step * LANES);
            a.blend(b.rearrange(one.swap()), one.second()).intoArray(squares, first);
            a.rearrange(one.swap()).blend(b, one.second()).intoArray(squares, first + step * LANES);
        }
    }
}
