package io.github.sae4j.loader.internal.container;

import java.nio.ByteBuffer;

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
     * @throws io.github.sae4j.loader.SaeLoadException if the file cannot be read
     */
    ByteBuffer slice(long offset, int length);

    /**
     * Copies a window to the heap.
     *
     * @throws io.github.sae4j.loader.SaeLoadException if the file cannot be read
     */
    byte[] read(long offset, int length);

    /** Returns a part of this source as a source of its own. */
    default ByteSource region(long offset, long length) {
        return new Region(this, offset, length);
    }
}
