package io.github.sae4j.tensors.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
    public void read(long offset, ByteBuffer target) {
        int length = target.remaining();
        Objects.checkFromIndexSize(offset, length, bytes.length);
        target.put(bytes, (int) offset, length);
    }
}
