package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.FLOATS;
import static io.github.sae4j.core.internal.vector.Memory.GROUP;
import static io.github.sae4j.core.internal.vector.Memory.INTS;
import static io.github.sae4j.core.internal.vector.Memory.LANES;
import static io.github.sae4j.core.internal.vector.Memory.LOAD;
import static io.github.sae4j.core.internal.vector.Memory.LOWER_HALF;
import static io.github.sae4j.core.internal.vector.Memory.UPPER_HALF;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Parts of the encoder widened to float32 in the order in which products read them: for each group of features
 * {@code [k][GROUP]}.
 *
 * <p>Two 16-bit numbers that lie side by side are the halves of an int. Where they are neighbouring features, all low
 * halves of a group become its first vector and all high halves its second, which costs a shift and a mask, so features
 * stand in {@linkplain #place another order}. Where they are neighbours along the sum, because the encoder lies
 * transposed, squares of ints are transposed in registers, and features keep their order.
 */
final class Panels {

    /** With so many tokens at most, rows of bfloat16 stream faster than panels are filled; those of other numbers with one. */
    private static final int STREAMED = 4;

    private final StoredMatrix stored;
    private final boolean transposed;
    private final boolean paired;

    /** Creates panels over {@code W_enc}. */
    Panels(WeightMatrix encoder) {
        this.stored = new StoredMatrix(encoder);
        this.transposed = encoder.isTransposed();
        this.paired = !transposed && encoder.type() != WeightType.FLOAT32;
    }

    /** Returns the numbers from one group of a panel to the next: never a power of two, whose lines would share a cache set. */
    static int stride(int depth) {
        return (depth + 1) * GROUP;
    }

    /** Returns where a feature stands among those of its group. */
    int place(int feature) {
        int within = feature % GROUP;
        return paired ? (within >> 1) + (within & 1) * LANES : within;
    }

    /** Returns whether the features of a group stand apart by even and odd. */
    boolean isPaired() {
        return paired;
    }

    /** Returns whether so few tokens are better multiplied without panels, with the encoder's rows where they lie. */
    boolean streams(int tokens) {
        return !transposed && tokens <= (stored.type() == WeightType.BFLOAT16 ? STREAMED : 1);
    }

    /** Returns whether the encoder lies transposed. */
    boolean isTransposed() {
        return transposed;
    }

    /** Returns the encoder as it is stored. */
    StoredMatrix stored() {
        return stored;
    }

    /**
     * Fills a panel.
     *
     * @param k the first row of {@code W_enc}
     * @param depth how many rows
     * @param feature the first feature, the first of a group
     * @param features how many; places of the last group beyond them become 0
     * @param panel takes {@code [k][GROUP]} for each group, {@link #stride} apart
     * @param square room for a square of vectors
     */
    void fill(int k, int depth, int feature, int features, float[] panel, int[] square) throws Throwable {
        int groups = features / GROUP;
        int whole = depth;
        if (transposed) {
            whole -= depth % (LANES * (stored.type() == WeightType.FLOAT32 ? 1 : 2));
            fillTransposed(k, depth, feature, groups, panel, square);
        } else {
            fillRows(k, depth, feature, groups, panel);
        }
        for (int group = 0; group < groups; group++) {
            int at = group * stride(depth);
            if (stored.type() == WeightType.FLOAT16) {
                convertHalves(panel, at, at + whole * GROUP);
            }
            fillOneByOne(k, whole, depth, feature + group * GROUP, GROUP, panel, at);
        }
        int rest = features - groups * GROUP;
        if (rest > 0) {
            fillOneByOne(k, 0, depth, feature + groups * GROUP, rest, panel, groups * stride(depth));
        }
    }

    private void fillRows(int k, int depth, int feature, int groups, float[] panel) throws Throwable {
        int row = 0;
        while (row < depth) {
            int part = stored.partOf((long) k + row);
            int end = (int) Math.min(depth, stored.endOf(part) - k);
            Object memory = stored.memory(part);
            long at = stored.position(part, (long) k + row, feature);
            switch (stored.type()) {
                case BFLOAT16 -> fillBfloat16(memory, at, stored.rowBytes(), row, end, groups, panel, stride(depth));
                case FLOAT16 -> fillHalves(memory, at, stored.rowBytes(), row, end, groups, panel, stride(depth));
                case FLOAT32 -> fillFloat32(memory, at, stored.rowBytes(), row, end, groups, panel, stride(depth));
            }
            row = end;
        }
    }

    /** Four rows at a time, each in a page of its own, so that more of what is not in a cache is on its way at once. */
    private static void fillBfloat16(
            Object memory, long at, long rowBytes, int from, int to, int groups, float[] panel, int stride)
            throws Throwable {
        int row = from;
        for (; row + 4 <= to; row += 4) {
            long position = at + (row - from) * rowBytes;
            int out = row * GROUP;
            for (int group = 0; group < groups; group++) {
                IntVector a = (IntVector) LOAD.invokeExact(memory, position);
                IntVector b = (IntVector) LOAD.invokeExact(memory, position + rowBytes);
                IntVector c = (IntVector) LOAD.invokeExact(memory, position + 2 * rowBytes);
                IntVector d = (IntVector) LOAD.invokeExact(memory, position + 3 * rowBytes);
                a.lanewise(VectorOperators.LSHL, Short.SIZE)
                        .reinterpretAsFloats()
                        .intoArray(panel, out);
                a.and(UPPER_HALF).reinterpretAsFloats().intoArray(panel, out + LANES);
                b.lanewise(VectorOperators.LSHL, Short.SIZE)
                        .reinterpretAsFloats()
                        .intoArray(panel, out + GROUP);
                b.and(UPPER_HALF).reinterpretAsFloats().intoArray(panel, out + GROUP + LANES);
                c.lanewise(VectorOperators.LSHL, Short.SIZE)
                        .reinterpretAsFloats()
                        .intoArray(panel, out + 2 * GROUP);
                c.and(UPPER_HALF).reinterpretAsFloats().intoArray(panel, out + 2 * GROUP + LANES);
                d.lanewise(VectorOperators.LSHL, Short.SIZE)
                        .reinterpretAsFloats()
                        .intoArray(panel, out + 3 * GROUP);
                d.and(UPPER_HALF).reinterpretAsFloats().intoArray(panel, out + 3 * GROUP + LANES);
                position += (long) LANES * Integer.BYTES;
                out += stride;
            }
        }
        for (; row < to; row++) {
            long position = at + (row - from) * rowBytes;
            int out = row * GROUP;
            for (int group = 0; group < groups; group++) {
                IntVector pairs = (IntVector) LOAD.invokeExact(memory, position);
                pairs.lanewise(VectorOperators.LSHL, Short.SIZE)
                        .reinterpretAsFloats()
                        .intoArray(panel, out);
                pairs.and(UPPER_HALF).reinterpretAsFloats().intoArray(panel, out + LANES);
                position += (long) LANES * Integer.BYTES;
                out += stride;
            }
        }
    }

    /** Puts the bits of float16 where {@link #convertHalves} expects them. */
    private static void fillHalves(
            Object memory, long at, long rowBytes, int from, int to, int groups, float[] panel, int stride)
            throws Throwable {
        int row = from;
        for (; row + 4 <= to; row += 4) {
            long position = at + (row - from) * rowBytes;
            int out = row * GROUP;
            for (int group = 0; group < groups; group++) {
                IntVector a = (IntVector) LOAD.invokeExact(memory, position);
                IntVector b = (IntVector) LOAD.invokeExact(memory, position + rowBytes);
                IntVector c = (IntVector) LOAD.invokeExact(memory, position + 2 * rowBytes);
                IntVector d = (IntVector) LOAD.invokeExact(memory, position + 3 * rowBytes);
                a.and(LOWER_HALF).reinterpretAsFloats().intoArray(panel, out);
                a.lanewise(VectorOperators.LSHR, Short.SIZE)
                        .reinterpretAsFloats()
                        .intoArray(panel, out + LANES);
                b.and(LOWER_HALF).reinterpretAsFloats().intoArray(panel, out + GROUP);
                b.lanewise(VectorOperators.LSHR, Short.SIZE)
                        .reinterpretAsFloats()
                        .intoArray(panel, out + GROUP + LANES);
                c.and(LOWER_HALF).reinterpretAsFloats().intoArray(panel, out + 2 * GROUP);
                c.lanewise(VectorOperators.LSHR, Short.SIZE)
                        .reinterpretAsFloats()
                        .intoArray(panel, out + 2 * GROUP + LANES);
                d.and(LOWER_HALF).reinterpretAsFloats().intoArray(panel, out + 3 * GROUP);
                d.lanewise(VectorOperators.LSHR, Short.SIZE)
                        .reinterpretAsFloats()
                        .intoArray(panel, out + 3 * GROUP + LANES);
                position += (long) LANES * Integer.BYTES;
                out += stride;
            }
        }
        for (; row < to; row++) {
            long position = at + (row - from) * rowBytes;
            int out = row * GROUP;
            for (int group = 0; group < groups; group++) {
                IntVector pairs = (IntVector) LOAD.invokeExact(memory, position);
                pairs.and(LOWER_HALF).reinterpretAsFloats().intoArray(panel, out);
                pairs.lanewise(VectorOperators.LSHR, Short.SIZE)
                        .reinterpretAsFloats()
                        .intoArray(panel, out + LANES);
                position += (long) LANES * Integer.BYTES;
                out += stride;
            }
        }
    }

    private static void fillFloat32(
            Object memory, long at, long rowBytes, int from, int to, int groups, float[] panel, int stride)
            throws Throwable {
        long half = (long) LANES * Float.BYTES;
        int row = from;
        for (; row + 4 <= to; row += 4) {
            long position = at + (row - from) * rowBytes;
            int out = row * GROUP;
            for (int group = 0; group < groups; group++) {
                IntVector aLow = (IntVector) LOAD.invokeExact(memory, position);
                IntVector aHigh = (IntVector) LOAD.invokeExact(memory, position + half);
                IntVector bLow = (IntVector) LOAD.invokeExact(memory, position + rowBytes);
                IntVector bHigh = (IntVector) LOAD.invokeExact(memory, position + rowBytes + half);
                IntVector cLow = (IntVector) LOAD.invokeExact(memory, position + 2 * rowBytes);
                IntVector cHigh = (IntVector) LOAD.invokeExact(memory, position + 2 * rowBytes + half);
                IntVector dLow = (IntVector) LOAD.invokeExact(memory, position + 3 * rowBytes);
                IntVector dHigh = (IntVector) LOAD.invokeExact(memory, position + 3 * rowBytes + half);
                aLow.reinterpretAsFloats().intoArray(panel, out);
                aHigh.reinterpretAsFloats().intoArray(panel, out + LANES);
                bLow.reinterpretAsFloats().intoArray(panel, out + GROUP);
                bHigh.reinterpretAsFloats().intoArray(panel, out + GROUP + LANES);
                cLow.reinterpretAsFloats().intoArray(panel, out + 2 * GROUP);
                cHigh.reinterpretAsFloats().intoArray(panel, out + 2 * GROUP + LANES);
                dLow.reinterpretAsFloats().intoArray(panel, out + 3 * GROUP);
                dHigh.reinterpretAsFloats().intoArray(panel, out + 3 * GROUP + LANES);
                position += 2 * half;
                out += stride;
            }
        }
        for (; row < to; row++) {
            long position = at + (row - from) * rowBytes;
            int out = row * GROUP;
            for (int group = 0; group < groups; group++) {
                IntVector low = (IntVector) LOAD.invokeExact(memory, position);
                IntVector high = (IntVector) LOAD.invokeExact(memory, position + half);
                low.reinterpretAsFloats().intoArray(panel, out);
                high.reinterpretAsFloats().intoArray(panel, out + LANES);
                position += 2 * half;
                out += stride;
            }
        }
    }

    /**
     * Makes float32 of the bits of float16, exactly for every number: the exponent moves by a product, infinities and NaN
     * get float32's largest exponent.
     */
    static void convertHalves(float[] numbers, int from, int to) {
        for (int i = from; i < to; i += LANES) {
            IntVector halves = FloatVector.fromArray(FLOATS, numbers, i).reinterpretAsInts();
            IntVector magnitude = halves.and(0x7fff).lanewise(VectorOperators.LSHL, 13);
            IntVector bits = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
            IntVector sign = halves.and(0x8000).lanewise(VectorOperators.LSHL, Short.SIZE);
            bits.lanewise(VectorOperators.OR, 0x7f800000, magnitude.compare(VectorOperators.GE, 0x7c00 << 13))
                    .or(sign)
                    .reinterpretAsFloats()
                    .intoArray(numbers, i);
        }
    }

    private void fillTransposed(int k, int depth, int feature, int groups, float[] panel, int[] square)
            throws Throwable {
        int perInt = stored.type() == WeightType.FLOAT32 ? 1 : 2;
        int whole = depth - depth % (LANES * perInt);
        for (int block = 0; block < 2 * groups; block++) {
            int out = (block >> 1) * stride(depth) + (block & 1) * LANES;
            for (int row = 0; row < whole; row += LANES * perInt) {
                readSquare((long) feature + (long) block * LANES, (long) k + row, square);
                Squares.transpose(square);
                spread(stored.type(), square, 0, panel, out + row * GROUP);
            }
        }
    }

    private void readSquare(long feature, long k, int[] square) throws Throwable {
        long row = feature;
        while (row < feature + LANES) {
            int part = stored.partOf(row);
            int rows = (int) (Math.min(feature + LANES, stored.endOf(part)) - row);
            int out = (int) (row - feature) * LANES;
            readRows(stored.memory(part), stored.position(part, row, k), stored.rowBytes(), rows, square, out);
            row += rows;
        }
    }

    private static void readRows(Object memory, long at, long rowBytes, int rows, int[] square, int out)
            throws Throwable {
        for (int row = 0; row < rows; row++) {
            IntVector numbers = (IntVector) LOAD.invokeExact(memory, at + row * rowBytes);
            numbers.intoArray(square, out + row * LANES);
        }
    }

    /**
     * Puts a transposed square into a panel, one vector of a group of each row.
     *
     * @param from where the square begins
     * @param to where the vector of the first row begins
     */
    static void spread(WeightType type, int[] squares, int from, float[] panel, int to) {
        switch (type) {
            case BFLOAT16 -> spreadBfloat16(squares, from, panel, to);
            case FLOAT16 -> spreadHalves(squares, from, panel, to);
            case FLOAT32 -> spreadFloat32(squares, from, panel, to);
        }
    }

    private static void spreadBfloat16(int[] squares, int from, float[] panel, int to) {
        int out = to;
        for (int column = 0; column < LANES; column++) {
            IntVector pairs = IntVector.fromArray(INTS, squares, from + column * LANES);
            pairs.lanewise(VectorOperators.LSHL, Short.SIZE)
                    .reinterpretAsFloats()
                    .intoArray(panel, out);
            pairs.and(UPPER_HALF).reinterpretAsFloats().intoArray(panel, out + GROUP);
            out += 2 * GROUP;
        }
    }

    private static void spreadHalves(int[] squares, int from, float[] panel, int to) {
        int out = to;
        for (int column = 0; column < LANES; column++) {
            IntVector pairs = IntVector.fromArray(INTS, squares, from + column * LANES);
            pairs.and(LOWER_HALF).reinterpretAsFloats().intoArray(panel, out);
            pairs.lanewise(VectorOperators.LSHR, Short.SIZE)
                    .reinterpretAsFloats()
                    .intoArray(panel, out + GROUP);
            out += 2 * GROUP;
        }
    }

    private static void spreadFloat32(int[] squares, int from, float[] panel, int to) {
        int out = to;
        for (int column = 0; column < LANES; column++) {
            IntVector.fromArray(INTS, squares, from + column * LANES)
                    .reinterpretAsFloats()
                    .intoArray(panel, out);
            out += GROUP;
        }
    }

    private void fillOneByOne(int k, int from, int depth, int feature, int features, float[] panel, int out) {
        for (int row = from; row < depth; row++) {
            Arrays.fill(panel, out + row * GROUP, out + (row + 1) * GROUP, 0);
            for (int within = 0; within < features; within++) {
                long storedRow = transposed ? (long) feature + within : (long) k + row;
                long column = transposed ? (long) k + row : (long) feature + within;
                panel[out + row * GROUP + place(within)] = stored.get(stored.partOf(storedRow), storedRow, column);
            }
        }
    }
}
