package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.engine.PtNDArray;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.internal.host.Rows;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;

/** Reads the rows that a device packed, and joins those of a batch's chunks. */
final class ChunkRows {

    private ChunkRows() {}

    /**
     * Returns the rows of some tokens.
     *
     * @param packed int32 on the CPU: {@code tokens + 1} offsets, the indices, the bits of the values
     */
    static Rows unpacked(PtNDArray packed, int tokens) {
        IntBuffer integers = HostArrays.ints(packed);
        FloatBuffer floats = HostArrays.floats(packed);
        int[] offsets = new int[tokens + 1];
        integers.get(offsets);
        int[] indices = new int[offsets[tokens]];
        integers.get(indices);
        float[] values = new float[offsets[tokens]];
        floats.position(integers.position());
        floats.get(values);
        return new Rows(offsets, indices, values);
    }

    /**
     * Returns the rows of all chunks, the first one's first.
     *
     * @throws SaeException if there are more active features than an array can hold
     */
    static Rows joined(List<Rows> chunks) {
        if (chunks.size() == 1) {
            return chunks.get(0);
        }
        int tokens = 0;
        long total = 0;
        for (Rows chunk : chunks) {
            tokens += chunk.offsets().length - 1;
            total += chunk.indices().length;
        }
        requireRoom(total);
        int[] offsets = new int[tokens + 1];
        int[] indices = new int[(int) total];
        float[] values = new float[(int) total];
        int token = 0;
        int at = 0;
        for (Rows chunk : chunks) {
            for (int i = 1; i < chunk.offsets().length; i++) {
                offsets[++token] = at + chunk.offsets()[i];
            }
            int count = chunk.indices().length;
            System.arraycopy(chunk.indices(), 0, indices, at, count);
            System.arraycopy(chunk.values(), 0, values, at, count);
            at += count;
        }
        return new Rows(offsets, indices, values);
    }

    /**
     * Lets in what fits into an array.
     *
     * @throws SaeException if there are more active features than that
     */
    static void requireRoom(long total) {
        if (total > Integer.MAX_VALUE - 8) {
            throw new SaeException(
                    SaeException.Reason.TOO_LARGE,
                    total + " features are active in these activations, more than one result can hold:"
                            + " encode fewer tokens at a time.");
        }
    }
}
