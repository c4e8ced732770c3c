package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.GROUP;
import static io.github.sae4j.core.internal.vector.Memory.LANES;

import io.github.sae4j.core.WeightType;
import io.github.sae4j.core.internal.host.Crew;
import io.github.sae4j.core.internal.host.Rows;
import java.util.Arrays;

/** The decoding of some tokens, a few of them at a time, with its buffers: sums of the decoder's rows as they lie. */
final class DecodeWork extends Crew.Work {

    private static final int TOKENS = 4;

    private final StoredMatrix decoder;
    private final int width;
    private final int groups;
    private final boolean paired;
    private final float[][] sums = new float[Crew.size()][];

    private Rows rows = new Rows(new int[1], new int[0], new float[0]);
    private float[] values = new float[0];
    private int first;
    private int last;
    private float[] out = new float[0];

    DecodeWork(StoredMatrix decoder) {
        this.decoder = decoder;
        this.width = decoder.width();
        this.groups = width / GROUP;
        this.paired = decoder.type() != WeightType.FLOAT32;
        Arrays.setAll(sums, slot -> new float[groups * GROUP]);
    }

    void run(Rows active, float[] scaled, int from, int to, float[] target) {
        rows = active;
        values = scaled;
        first = from;
        last = to;
        out = target;
        int parts = (to - from + TOKENS - 1) / TOKENS;
        long work = (long) (active.offsets()[to] - active.offsets()[from]) * width;
        Crew.run(this, parts, work < 1 << 18 ? 1 : Crew.size());
    }

    @Override
    protected void part(int slot, int part) {
        int to = Math.min(last, first + (part + 1) * TOKENS);
        for (int token = first + part * TOKENS; token < to; token++) {
            decode(rows.offsets()[token], rows.offsets()[token + 1], sums[slot], (token - first) * width);
        }
    }

    private void decode(int begin, int end, float[] sum, int outAt) {
        Arrays.fill(sum, 0);
        int[] indices = rows.indices();
        int at = begin;
        if (RowSums.addsFour(decoder)) {
            for (; at + 4 <= end; at += 4) {
                int part0 = decoder.partOf(indices[at]);
                int part1 = decoder.partOf(indices[at + 1]);
                int part2 = decoder.partOf(indices[at + 2]);
                int part3 = decoder.partOf(indices[at + 3]);
                RowSums.addFour(
                        decoder.memory(part0),
                        decoder.position(part0, indices[at], 0),
                        values[at],
                        decoder.memory(part1),
                        decoder.position(part1, indices[at + 1], 0),
                        values[at + 1],
                        decoder.memory(part2),
                        decoder.position(part2, indices[at + 2], 0),
                        values[at + 2],
                        decoder.memory(part3),
                        decoder.position(part3, indices[at + 3], 0),
                        values[at + 3],
                        groups,
                        sum);
            }
        }
        for (; at < end; at++) {
            int part = decoder.partOf(indices[at]);
            RowSums.addOne(
                    decoder, decoder.memory(part), decoder.position(part, indices[at], 0), values[at], groups, sum);
        }
        inOrder(sum, outAt);
        rest(begin, end, outAt);
    }

    private void inOrder(float[] sum, int outAt) {
        if (!paired) {
            System.arraycopy(sum, 0, out, outAt, sum.length);
            return;
        }
        for (int group = 0; group < sum.length; group += GROUP) {
            for (int lane = 0; lane < LANES; lane++) {
                out[outAt + group + 2 * lane] = sum[group + lane];
                out[outAt + group + 2 * lane + 1] = sum[group + LANES + lane];
            }
        }
    }

    /** Adds what is beyond the last whole group of a row. */
    private void rest(int begin, int end, int outAt) {
        for (int column = groups * GROUP; column < width; column++) {
            float sum = 0;
            for (int at = begin; at < end; at++) {
                int index = rows.indices()[at];
                sum = Math.fma(values[at], decoder.get(decoder.partOf(index), index, column), sum);
            }
            out[outAt + column] = sum;
        }
    }
}
