package io.github.sae4j.loader.internal.container;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/** Bytes in direct memory, outside the heap: what was inflated, gathered or turned to little-endian. */
final class MemoryBytes implements ByteSource {

    /** Chunks of 1 GiB: the largest power of two that a buffer holds. */
    static final int CHUNK_BITS = 30;

    private final int chunkBits;
    private final long length;
    private final ByteBuffer[] chunks;

    private MemoryBytes(int chunkBits, long length, ByteBuffer[] chunks) {
        this.chunkBits = chunkBits;
        this.length = length;
        this.chunks = chunks;
    }

    /**
     * Takes memory, all zeros.
     *
     * @param subject what it is for
     * @param length how many bytes
     * @param chunkBits the logarithm of the size of a chunk
     * @throws io.github.sae4j.loader.SaeLoadException if the JVM may not take so much
     */
    static MemoryBytes allocate(Subject subject, long length, int chunkBits) {
        long size = 1L << chunkBits;
        try {
            ByteBuffer[] chunks = new ByteBuffer[Math.toIntExact((length + size - 1) >>> chunkBits)];
            for (int i = 0; i < chunks.length; i++) {
                long rest = length - ((long) i << chunkBits);
                chunks[i] =
                        ByteBuffer.allocateDirect((int) Math.min(size, rest)).order(ByteOrder.LITTLE_ENDIAN);
            }
            return new MemoryBytes(chunkBits, length, chunks);
        } catch (ArithmeticException | OutOfMemoryError e) {
            throw subject.fault(
                    "this needs " + length + " bytes of memory outside the heap, which the JVM does not have;"
                            + " -XX:MaxDirectMemorySize allows more.",
                    e);
        }
    }

    /** Returns the chunk with a byte, writable, for whoever fills the memory before anybody sees it. */
    ByteBuffer chunk(long offset) {
        return chunks[(int) (offset >>> chunkBits)];
    }

    /** Returns where in its chunk a byte lies. */
    int within(long offset) {
        return (int) (offset & ((1L << chunkBits) - 1));
    }

    /** Returns whether two bytes lie in the same chunk. */
    boolean isOneChunk(long first, long second) {
        return first >>> chunkBits == second >>> chunkBits;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public long reach(long offset) {
        Objects.checkIndex(offset, length);
        return (long) chunk(offset).capacity() - within(offset);
    }

    @Override
    public ByteBuffer slice(long offset, int count) {
        Objects.checkFromIndexSize(offset, count, length);
        ByteBuffer window = count > 0 && count <= reach(offset)
                ? chunk(offset).slice(within(offset), count)
                : ByteBuffer.allocateDirect(count).put(0, read(offset, count));
        return window.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public byte[] read(long offset, int count) {
        Objects.checkFromIndexSize(offset, count, length);
        byte[] bytes = new byte[count];
        int done = 0;
        while (done < count) {
            int step = (int) Math.min(count - done, reach(offset + done));
            chunk(offset + done).get(within(offset + done), bytes, done, step);
            done += step;
        }
        return bytes;
    }
}
