package io.github.sae4j.tensors.internal;

import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Bytes of a known number that are made when somebody first looks at them. */
public final class LazyBytes implements ByteSource {

    private final long length;
    private @Nullable Supplier<ByteSource> maker;
    private @Nullable ByteSource made;

    /**
     * Returns bytes that are to be made.
     *
     * @param length how many
     * @param maker makes them; called once
     */
    public LazyBytes(long length, Supplier<ByteSource> maker) {
        this.length = length;
        this.maker = maker;
    }

    private synchronized ByteSource made() {
        ByteSource bytes = made;
        if (bytes == null && maker != null) {
            bytes = maker.get();
            made = bytes;
            maker = null;
        }
        if (bytes == null) {
            throw new IllegalStateException("bytes are either made or can be");
        }
        return bytes;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public long reach(long offset) {
        return made().reach(offset);
    }

    @Override
    public ByteBuffer slice(long offset, int count) {
        return made().slice(offset, count);
    }

    @Override
    public void read(long offset, ByteBuffer target) {
        made().read(offset, target);
    }
}
