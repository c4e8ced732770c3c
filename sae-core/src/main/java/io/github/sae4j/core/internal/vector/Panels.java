package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.GROUP;
import static io.github.sae4j.core.internal.vector.Memory.INTS;
import static io.github.sae4j.core.internal.vector.Memory.LANES;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

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

    private static final int[] STEPS = steps();
    private static final VectorShuffle<Integer>[] SWAPS = swaps();
    private static final VectorMask<Integer>[] SECONDS = seconds();

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

    /** Returns the encoder as it is stored if products can read it without a panel, row by row, else null. */
    @org.jspecify.annotations.Nullable
    StoredMatrix streamed() {
        return transposed ? null : stored;
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
    void fill(int k, int depth, int feature, int features, float[] panel, int[] square) {
        int whole = features / GROUP;
        if (transposed) {
            fillTransposed(k, depth, feature, whole, panel, square);
        } else {
            fillRows(k, depth, feature, whole, panel);
        }
        if (whole * GROUP < features) {
            fillOneByOne(k, 0, depth, feature + whole * GROUP, features - whole * GROUP, panel, whole * stride(depth));
        }
    }

    private void fillRows(int k, int depth, int feature, int groups, float[] panel) {
        int row = 0;
        while (row < depth) {
            int part = stored.partOf((long) k + row);
            int end = (int) Math.min(depth, stored.endOf(part) - k);
            Object memory = stored.memory(part);
            long at = stored.position(part, (long) k + row, feature);
            switch (stored.type()) {
                case BFLOAT16 -> fillBfloat16(memory, at, stored.rowBytes(), row, end, groups, panel, stride(depth));
                case FLOAT16 -> fillFloat16(memory, at, stored.rowBytes(), row, end, groups, panel, stride(depth));
                case FLOAT32 -> fillFloat32(memory, at, stored.rowBytes(), row, end, groups, panel, stride(depth));
            }
            row = end;
        }
    }

    private static void fillBfloat16(
            Object memory, long at, long rowBytes, int from, int to, int groups, float[] panel, int stride) {
        for (int row = from; row < to; row++) {
            long position = at + (row - from) * rowBytes;
            int out = row * GROUP;
            for (int group = 0; group < groups; group++) {
                IntVector pairs = Memory.load(memory, position);
                lowBfloat16(pairs).intoArray(panel, out);
                highBfloat16(pairs).intoArray(panel, out + LANES);
                position += (long) LANES * Integer.BYTES;
                out += stride;
            }
        }
    }

    private static void fillFloat16(
            Object memory, long at, long rowBytes, int from, int to, int groups, float[] panel, int stride) {
        for (int row = from; row < to; row++) {
            long position = at + (row - from) * rowBytes;
            int out = row * GROUP;
            for (int group = 0; group < groups; group++) {
                IntVector pairs = Memory.load(memory, position);
                fromHalf(pairs.and(0xffff)).intoArray(panel, out);
                fromHalf(pairs.lanewise(VectorOperators.LSHR, Short.SIZE)).intoArray(panel, out + LANES);
                position += (long) LANES * Integer.BYTES;
                out += stride;
            }
        }
    }

    private static void fillFloat32(
            Object memory, long at, long rowBytes, int from, int to, int groups, float[] panel, int stride) {
        for (int row = from; row < to; row++) {
            long position = at + (row - from) * rowBytes;
            int out = row * GROUP;
            for (int group = 0; group < groups; group++) {
                Memory.load(memory, position).reinterpretAsFloats().intoArray(panel, out);
                Memory.load(memory, position + (long) LANES * Float.BYTES)
                        .reinterpretAsFloats()
                        .intoArray(panel, out + LANES);
                position += (long) GROUP * Float.BYTES;
                out += stride;
            }
        }
    }

    static FloatVector lowBfloat16(IntVector pairs) {
        return pairs.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats();
    }

    static FloatVector highBfloat16(IntVector pairs) {
        return pairs.and(0xffff0000).reinterpretAsFloats();
    }

    /** Exact for every float16: the exponent moves by a product, infinities and NaN get float32's largest exponent. */
    static FloatVector fromHalf(IntVector halves) {
        IntVector magnitude = halves.and(0x7fff).lanewise(VectorOperators.LSHL, 13);
        IntVector bits = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
        VectorMask<Integer> special = magnitude.compare(VectorOperators.GE, 0x7c00 << 13);
        IntVector sign = halves.and(0x8000).lanewise(VectorOperators.LSHL, Short.SIZE);
        return bits.lanewise(VectorOperators.OR, 0x7f800000, special).or(sign).reinterpretAsFloats();
    }

    private void fillTransposed(int k, int depth, int feature, int groups, float[] panel, int[] square) {
        int perInt = stored.type() == WeightType.FLOAT32 ? 1 : 2;
        int whole = depth - depth % (LANES * perInt);
        for (int block = 0; block < 2 * groups; block++) {
            int out = (block >> 1) * stride(depth) + (block & 1) * LANES;
            for (int row = 0; row < whole; row += LANES * perInt) {
                for (int lane = 0; lane < LANES; lane++) {
                    long at = (long) feature + (long) block * LANES + lane;
                    int part = stored.partOf(at);
                    Memory.load(stored.memory(part), stored.position(part, at, (long) k + row))
                            .intoArray(square, lane * LANES);
                }
                transpose(square);
                spread(square, panel, out + row * GROUP);
            }
        }
        if (whole < depth) {
            for (int group = 0; group < groups; group++) {
                fillOneByOne(k, whole, depth, feature + group * GROUP, GROUP, panel, group * stride(depth));
            }
        }
    }

    private void spread(int[] square, float[] panel, int to) {
        int out = to;
        for (int column = 0; column < LANES; column++) {
            IntVector numbers = IntVector.fromArray(INTS, square, column * LANES);
            switch (stored.type()) {
                case BFLOAT16 -> {
                    lowBfloat16(numbers).intoArray(panel, out);
                    highBfloat16(numbers).intoArray(panel, out + GROUP);
                    out += 2 * GROUP;
                }
                case FLOAT16 -> {
                    fromHalf(numbers.and(0xffff)).intoArray(panel, out);
                    fromHalf(numbers.lanewise(VectorOperators.LSHR, Short.SIZE)).intoArray(panel, out + GROUP);
                    out += 2 * GROUP;
                }
                case FLOAT32 -> {
                    numbers.reinterpretAsFloats().intoArray(panel, out);
                    out += GROUP;
                }
            }
        }
    }

    /** Transposes a square by exchanging ever larger blocks off its diagonal. */
    private static void transpose(int[] square) {
        for (int stage = 0; stage < STEPS.length; stage++) {
            int step = STEPS[stage];
            VectorShuffle<Integer> swap = SWAPS[stage];
            VectorMask<Integer> second = SECONDS[stage];
            for (int pair = 0; pair < LANES / 2; pair++) {
                int first = ((pair & -step) << 1) | (pair & (step - 1));
                IntVector a = IntVector.fromArray(INTS, square, first * LANES);
                IntVector b = IntVector.fromArray(INTS, square, (first + step) * LANES);
                a.blend(b.rearrange(swap), second).intoArray(square, first * LANES);
                a.rearrange(swap).blend(b, second).intoArray(square, (first + step) * LANES);
            }
        }
    }

    private void fillOneByOne(int k, int from, int depth, int feature, int features, float[] panel, int out) {
        for (int row = from; row < depth; row++) {
            java.util.Arrays.fill(panel, out + row * GROUP, out + (row + 1) * GROUP, 0);
            for (int within = 0; within < features; within++) {
                long storedRow = transposed ? (long) feature + within : (long) k + row;
                long column = transposed ? (long) k + row : (long) feature + within;
                panel[out + row * GROUP + place(within)] = stored.get(stored.partOf(storedRow), storedRow, column);
            }
        }
    }

    private static int[] steps() {
        int[] steps = new int[Integer.numberOfTrailingZeros(LANES)];
        for (int stage = 0; stage < steps.length; stage++) {
            steps[stage] = 1 << stage;
        }
        return steps;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static VectorShuffle<Integer>[] swaps() {
        VectorShuffle<Integer>[] swaps = new VectorShuffle[STEPS.length];
        for (int stage = 0; stage < swaps.length; stage++) {
            int step = STEPS[stage];
            swaps[stage] = VectorShuffle.fromOp(INTS, lane -> lane ^ step);
        }
        return swaps;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static VectorMask<Integer>[] seconds() {
        VectorMask<Integer>[] seconds = new VectorMask[STEPS.length];
        for (int stage = 0; stage < seconds.length; stage++) {
            int step = STEPS[stage];
            boolean[] second = new boolean[LANES];
            for (int lane = 0; lane < LANES; lane++) {
                second[lane] = (lane & step) != 0;
            }
            seconds[stage] = VectorMask.fromArray(INTS, second, 0);
        }
        return seconds;
    }
}
