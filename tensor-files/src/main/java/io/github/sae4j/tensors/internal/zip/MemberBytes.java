package io.github.sae4j.tensors.internal.zip;

import io.github.sae4j.tensors.internal.ByteSource;
import io.github.sae4j.tensors.internal.LazyBytes;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a member of an archive for readers that go through them in order.
 *
 * <p>Reading where the last read ended goes on from there; reading before that begins anew if the member is deflated, and
 * looks there without a checksum if it is stored.
 */
final class MemberBytes implements ByteSource {

    /** Readers skip an array's header, whose bytes count for the checksum like all others. */
    private static final int LONGEST_SKIP = 1 << 17;

    private final ZipArchive archive;
    private final ZipMember member;
    private final ByteSource stored;
    private final ByteSource whole;
    private CRC32 checksum = new CRC32();
    private @Nullable Inflation inflation;
    private long position;

    MemberBytes(ZipArchive archive, ZipMember member) {
        this.archive = archive;
        this.member = member;
        this.stored = archive.stored(member);
        this.whole = member.deflated() ? new LazyBytes(member.bytes(), () -> archive.inflated(member)) : stored;
    }

    @Override
    public long length() {
        return member.bytes();
    }

    @Override
    public long reach(long offset) {
        return whole.reach(offset);
    }

    @Override
    public ByteBuffer slice(long offset, int length) {
        return whole.slice(offset, length);
    }

    @Override
    public synchronized void read(long offset, ByteBuffer target) {
        Objects.checkFromIndexSize(offset, target.remaining(), length());
        if (!target.hasRemaining()) {
            return;
        }
        if (offset < position && member.deflated()) {
            rewind();
        }
        if (!member.deflated() && (offset < position || offset - position > LONGEST_SKIP)) {
            stored.read(offset, target);
            return;
        }
        try {
            skipTo(offset);
            next(target);
        } catch (RuntimeException e) {
            // What has been inflated in vain is not counted.
            rewind();
            throw e;
        }
    }

    private void skipTo(long offset) {
        ByteBuffer skipped = ByteBuffer.allocate((int) Math.min(LONGEST_SKIP, offset - position));
        while (position < offset) {
            next(skipped.clear().limit((int) Math.min(skipped.capacity(), offset - position)));
        }
    }

    private void rewind() {
        close();
        checksum = new CRC32();
        position = 0;
    }

    private void next(ByteBuffer target) {
        ByteBuffer window = target.duplicate();
        if (member.deflated()) {
            opened().fill(target, member.bytes());
        } else {
            stored.read(position, target);
        }
        position += window.remaining();
        checksum.update(window);
        if (position == member.bytes()) {
            if (member.deflated()) {
                opened().requireEnd(member.bytes());
                close();
            }
            archive.requireEqual(member, checksum);
        }
    }

    private Inflation opened() {
        Inflation opened = inflation;
        if (opened == null) {
            opened = new Inflation(archive.context(member), stored);
            inflation = opened;
        }
        return opened;
    }

    private void close() {
        if (inflation != null) {
            inflation.close();
            inflation = null;
        }
    }
}
