package io.github.sae4j.tensors.internal;

import io.github.sae4j.tensors.TensorFileException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/** Bytes in direct memory, outside the heap: what was inflated, gathered or turned to little-endian. */
public final class MemoryBytes implements ByteSource {

    /** Chunks of 1 GiB: the largest power of two that a buffer holds. */
    public static final int CHUNK_BITS = 30;

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
     * @param context what it is for
     * @param length how many bytes
     * @param chunkBits the logarithm of the size of a chunk
     * @throws io.github.sae4j.tensors.TensorFileException if the JVM may not take so much
     */
    public static MemoryBytes allocate(ErrorContext context, long length, int chunkBits) {
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
            throw context.fault(
                    Reason.OUT_OF_MEMORY,
                    "this needs " + length + " bytes of memory outside the heap, which the JVM does not have:"
                            + " start Java with a larger -XX:MaxDirectMemorySize.",
                    e);
        }
    }

    /** Returns the chunk with a byte, writable, for whoever fills the memory before anybody sees it. */
    public ByteBuffer chunk(long offset) {
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
    public void read(long offset, ByteBuffer target) {
        Objects.checkFromIndexSize(offset, target.remaining(), length);
        long at = offset;
        while (target.hasRemaining()) {
            int step = (int) Math.min(target.remaining(), reach(at));
            target.put(chunk(at).slice(within(at), step));
            at += step;
        }
    }
}
