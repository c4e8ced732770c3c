package io.github.sae4j.tensors.internal;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Bytes of a known number, which may be more than a buffer holds, that can be looked at from any position.
 *
 * <p>Offsets and lengths that do not lie inside are the caller's mistake and end in an {@link IndexOutOfBoundsException}.
 * Sources are safe for use by several threads.
 */
public interface ByteSource {

    /** Returns the number of bytes. */
    long length();

    /**
     * Returns how many bytes from an offset on {@link #slice} can show without a copy.
     *
     * @param offset of a byte inside
     * @return at least 1
     */
    long reach(long offset);

    /**
     * Returns a window.
     *
     * @return a read-only, little-endian, direct buffer: the very bytes if {@link #reach} says so, else a copy
     * @throws io.github.sae4j.tensors.TensorFileException if the file cannot be read
     */
    ByteBuffer slice(long offset, int length);

    /**
     * Fills a buffer, without a map.
     *
     * @param target receives {@code target.remaining()} bytes
     * @throws io.github.sae4j.tensors.TensorFileException if the file cannot be read
     */
    void read(long offset, ByteBuffer target);

    /**
     * Copies a window to the heap.
     *
     * @throws io.github.sae4j.tensors.TensorFileException if the file cannot be read
     */
    default byte[] read(long offset, int length) {
        Objects.checkFromIndexSize(offset, length, length());
        byte[] bytes = new byte[length];
        read(offset, ByteBuffer.wrap(bytes));
        return bytes;
    }

    /** Returns a part of this source as a source of its own. */
    default ByteSource region(long offset, long length) {
        return new Region(this, offset, length);
    }
}
