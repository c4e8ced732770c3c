package io.github.sae4j.tensors.internal;

import io.github.sae4j.tensors.ByteRanges;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Bytes of a file that is not on this machine, of which only those that are asked for are fetched.
 *
 * <p>They come in blocks, which are kept, because readers of headers ask for a few bytes here and there.
 */
public final class RemoteBytes implements ByteSource {

    /** Holds the header of most files, and is less than what an answer costs in time. */
    static final int BLOCK = 1 << 14;

    private final ErrorContext context;
    private final long length;
    private final ByteRanges ranges;
    private final Map<Long, byte[]> blocks = new HashMap<>();

    /**
     * Returns the bytes of a file.
     *
     * @param context the file
     * @param length how many it has
     * @param ranges where they come from
     */
    public RemoteBytes(ErrorContext context, long length, ByteRanges ranges) {
        this.context = context;
        this.length = length;
        this.ranges = ranges;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public long reach(long offset) {
        Objects.checkIndex(offset, length);
        return Math.min(length - offset, Integer.MAX_VALUE);
    }

    @Override
    public ByteBuffer slice(long offset, int count) {
        return ByteBuffer.allocateDirect(count)
                .put(0, read(offset, count))
                .asReadOnlyBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public synchronized void read(long offset, ByteBuffer target) {
        Objects.checkFromIndexSize(offset, target.remaining(), length);
        if (target.remaining() > BLOCK) {
            target.put(fetch(offset, target.remaining()));
            return;
        }
        long at = offset;
        while (target.hasRemaining()) {
            byte[] block = blocks.computeIfAbsent(
                    at / BLOCK, number -> fetch(number * BLOCK, (int) Math.min(BLOCK, length - number * BLOCK)));
            int within = (int) (at % BLOCK);
            int step = Math.min(target.remaining(), block.length - within);
            target.put(block, within, step);
            at += step;
        }
    }

    private byte[] fetch(long offset, int count) {
        try {
            return ranges.fetch(offset, count);
        } catch (IOException e) {
            throw context.unreadable(e);
        }
    }
}
