package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.GROUP;
import static io.github.sae4j.core.internal.vector.Memory.LANES;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.core.internal.host.Rows;
import io.github.sae4j.core.internal.host.WorkerPool;
import io.github.sae4j.core.internal.host.Workers;
import java.util.Arrays;

/**
 * The decoding of some tokens, a few of them at a time, with its buffers: sums of the decoder's rows as they lie, or gathered
 * from all over a decoder that lies transposed.
 */
final class DecodeWork extends WorkerPool.Work {

    private static final int TOKENS = 4;
    private static final Rows NONE = new Rows(new int[1], new int[0], new float[0]);

    private final StoredMatrix decoder;
    private final int width;
    private final int groups;
    private final boolean paired;
    private final boolean gathers;
    private final Workers workers;
    private final float[][] sums;
    private final float[][] gathered;

    private Rows rows = NONE;
    private float[] values = NONE.values();
    private int first;
    private int last;
    private float[] out = NONE.values();

    DecodeWork(WeightMatrix matrix, Workers workers) {
        this.decoder = new StoredMatrix(matrix);
        this.workers = workers;
        this.width = (int) matrix.columns();
        this.groups = width / GROUP;
        this.gathers = matrix.isTransposed();
        this.paired = !gathers && matrix.type() != WeightType.FLOAT32;
        this.sums = new float[workers.size()][groups * GROUP];
        this.gathered = new float[workers.size()][gathers ? groups * GROUP : 0];
    }

    void run(Rows active, float[] scaled, int from, int to, float[] target) {
        rows = active;
        values = scaled;
        first = from;
        last = to;
        out = target;
        int parts = (to - from + TOKENS - 1) / TOKENS;
        long work = (long) (active.offsets()[to] - active.offsets()[from]) * width;
        workers.run(this, parts, work < 1 << 18 ? 1 : workers.size());
        // The features are the caller's, who may be done with them long before the next call.
        rows = NONE;
        values = NONE.values();
        out = NONE.values();
    }

    @Override
    protected void part(int slot, int part) {
        int to = Math.min(last, first + (part + 1) * TOKENS);
        for (int token = first + part * TOKENS; token < to; token++) {
            decode(rows.offsets()[token], rows.offsets()[token + 1], slot, (token - first) * width);
        }
    }

    private void decode(int begin, int end, int slot, int outAt) {
        float[] sum = sums[slot];
        Arrays.fill(sum, 0);
        try {
            if (gathers) {
                addGathered(begin, end, gathered[slot], sum);
            } else {
                addRows(begin, end, sum);
            }
        } catch (Throwable e) {
            throw Memory.unchecked(e);
        }
        inOrder(sum, outAt);
        rest(begin, end, outAt);
    }

    private void addRows(int begin, int end, float[] sum) throws Throwable {
        int[] indices = rows.indices();
        WeightType type = decoder.type();
        int byFour = type == WeightType.BFLOAT16 ? end - (end - begin) % 4 : begin;
        int at = begin;
        for (; at < byFour; at += 4) {
            RowSums.addFour(
                    memory(indices[at]),
                    position(indices[at]),
                    values[at],
                    memory(indices[at + 1]),
                    position(indices[at + 1]),
                    values[at + 1],
                    memory(indices[at + 2]),
                    position(indices[at + 2]),
                    values[at + 2],
                    memory(indices[at + 3]),
                    position(indices[at + 3]),
                    values[at + 3],
                    groups,
                    sum,
                    0,
                    GROUP);
        }
        for (; at < end; at++) {
            RowSums.add(type, memory(indices[at]), position(indices[at]), values[at], groups, sum, 0, GROUP);
        }
    }

    private void addGathered(int begin, int end, float[] row, float[] sum) {
        for (int at = begin; at < end; at++) {
            for (int column = 0; column < row.length; column++) {
                row[column] = get(rows.indices()[at], column);
            }
            RowSums.addArray(row, values[at], groups, sum);
        }
    }

    private float get(int row, int column) {
        return gathers
                ? decoder.get(decoder.partOf(column), column, row)
                : decoder.get(decoder.partOf(row), row, column);
    }

    private Object memory(int row) {
        return decoder.memory(decoder.partOf(row));
    }

    private long position(int row) {
        return decoder.position(decoder.partOf(row), row, 0);
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
                sum = Math.fma(values[at], get(rows.indices()[at], column), sum);
            }
            out[outAt + column] = sum;
        }
    }
}
