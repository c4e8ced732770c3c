package io.github.sae4j.tensors.internal;

import java.nio.ByteBuffer;
import java.util.Objects;

/** A part of a source of bytes. */
record Region(ByteSource whole, long start, long length) implements ByteSource {

    Region {
        Objects.checkFromIndexSize(start, length, whole.length());
    }

    @Override
    public long reach(long offset) {
        Objects.checkIndex(offset, length);
        return Math.min(length - offset, whole.reach(start + offset));
    }

    @Override
    public ByteBuffer slice(long offset, int count) {
        Objects.checkFromIndexSize(offset, count, length);
        return whole.slice(start + offset, count);
    }

    @Override
    public void read(long offset, ByteBuffer target) {
        Objects.checkFromIndexSize(offset, target.remaining(), length);
        whole.read(start + offset, target);
    }
}
