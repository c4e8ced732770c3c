package io.github.sae4j.core.internal.torch;

import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.internal.host.Rows;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Puts the active features that kernels found block by block into compressed sparse rows. */
final class Survivors {

    /** The active features of some tokens in a range of features; positions are row-major in {@code [tokens, count]}. */
    private record Block(int firstToken, int firstFeature, int count, LongBuffer positions, FloatBuffer values) {}

    private final List<Block> blocks = new ArrayList<>();
    private final int[] rowOffsets;

    Survivors(int tokens) {
        this.rowOffsets = new int[tokens + 1];
    }

    /** Adds a block; blocks of the same tokens come by ascending features. The buffers are read until {@link #rows()}. */
    void add(int firstToken, int firstFeature, int count, LongBuffer positions, FloatBuffer values) {
        blocks.add(new Block(firstToken, firstFeature, count, positions, values));
    }

    /**
     * Returns the rows.
     *
     * @throws SaeException if there are more active features than an array can hold
     */
    Rows rows() {
        long total = 0;
        for (Block block : blocks) {
            int size = block.positions().remaining();
            total += size;
            for (int at = 0; at < size; at++) {
                rowOffsets[1 + block.firstToken() + (int) (block.positions().get(at) / block.count())]++;
            }
        }
        ChunkRows.requireRoom(total);
        for (int token = 1; token < rowOffsets.length; token++) {
            rowOffsets[token] += rowOffsets[token - 1];
        }
        int[] next = Arrays.copyOf(rowOffsets, rowOffsets.length);
        int[] indices = new int[(int) total];
        float[] values = new float[(int) total];
        for (Block block : blocks) {
            int size = block.positions().remaining();
            for (int at = 0; at < size; at++) {
                long position = block.positions().get(at);
                long token = position / block.count();
                int to = next[block.firstToken() + (int) token]++;
                indices[to] = block.firstFeature() + (int) (position - token * block.count());
                values[to] = block.values().get(at);
            }
        }
        return new Rows(rowOffsets, indices, values);
    }
}
