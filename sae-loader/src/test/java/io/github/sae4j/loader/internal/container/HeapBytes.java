package io.github.sae4j.loader.internal.container;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/** A file that is an array, for tests that make too many to write them all to disk. */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
public record HeapBytes(byte[] bytes) implements ByteSource {

    @Override
    public long length() {
        return bytes.length;
    }

    @Override
    public long reach(long offset) {
        Objects.checkIndex(offset, bytes.length);
        return bytes.length - offset;
    }

    @Override
    public ByteBuffer slice(long offset, int length) {
        return ByteBuffer.allocateDirect(length)
                .put(0, read(offset, length))
                .asReadOnlyBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public byte[] read(long offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
    }
}
