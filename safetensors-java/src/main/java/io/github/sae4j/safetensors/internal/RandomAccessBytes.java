package io.github.sae4j.safetensors.internal;

import java.nio.ByteBuffer;

/** Bytes of a known number that can be read from any position. */
public interface RandomAccessBytes {

    /** Returns the number of bytes. */
    long length();

    /**
     * Fills a buffer.
     *
     * @param position where to start reading
     * @param target receives {@code target.remaining()} bytes, all of which lie inside
     */
    void read(long position, ByteBuffer target);
}
