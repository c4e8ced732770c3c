package io.github.sae4j.loader.internal.container;

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

    private final long length;
    private final Fetch fetch;
    private final Map<Long, byte[]> blocks = new HashMap<>();

    /**
     * Returns the bytes of a file.
     *
     * @param length how many it has
     * @param fetch where they come from
     */
    public RemoteBytes(long length, Fetch fetch) {
        this.length = length;
        this.fetch = fetch;
    }

    /** Fetches a part of a file. */
    @FunctionalInterface
    public interface Fetch {

        /** Returns the bytes from an offset on, all of which lie inside. */
        byte[] bytes(long offset, int count);
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
    public synchronized byte[] read(long offset, int count) {
        Objects.checkFromIndexSize(offset, count, length);
        if (count > BLOCK) {
            return fetch.bytes(offset, count);
        }
        byte[] bytes = new byte[count];
        int done = 0;
        while (done < count) {
            long at = offset + done;
            byte[] block = blocks.computeIfAbsent(
                    at / BLOCK, number -> fetch.bytes(number * BLOCK, (int) Math.min(BLOCK, length - number * BLOCK)));
            int within = (int) (at % BLOCK);
            int step = Math.min(count - done, block.length - within);
            System.arraycopy(block, within, bytes, done, step);
            done += step;
        }
        return bytes;
    }
}
