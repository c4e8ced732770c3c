package io.github.sae4j.tensors.internal.zip;

import io.github.sae4j.safetensors.internal.Quoted;
import io.github.sae4j.tensors.internal.ByteSource;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.LazyBytes;
import io.github.sae4j.tensors.internal.MemoryBytes;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * A zip archive whose stored members can be used where they lie.
 *
 * <p>Checksums are compared where all bytes of a member are read anyway: where it is inflated, and where
 * {@link #requireIntact} is called. Weights that are only mapped are not read for it, and PyTorch can leave the checksums of
 * stored members out.
 */
public final class ZipArchive {

    private static final int PIECE_BYTES = 1 << 24;

    private final ErrorContext context;
    private final ByteSource file;
    private final Map<String, ZipMember> members = new LinkedHashMap<>();

    private ZipArchive(ErrorContext context, ByteSource file, List<ZipMember> members) {
        this.context = context;
        this.file = file;
        for (ZipMember member : members) {
            if (this.members.put(member.name(), member) != null) {
                throw context.fault("the archive has two members with the name " + Quoted.of(member.name()) + ".");
            }
        }
    }

    /**
     * Reads an archive's directory and checks it against the members' own headers.
     *
     * @param context the archive's name
     * @param file its bytes
     * @throws io.github.sae4j.tensors.TensorFileException if it is not a zip archive, or members do not lie inside it, overlap,
     *     have the same name, are encrypted or compressed otherwise than by deflate
     */
    public static ZipArchive read(ErrorContext context, ByteSource file) {
        return new ZipArchive(context, file, new ZipDirectory(context, file).members());
    }

    /** Returns whether a file that begins with these bytes is a zip archive. */
    public static boolean isBeginning(byte[] start) {
        return start.length >= 2 && start[0] == 'P' && start[1] == 'K';
    }

    /** Returns the members in the directory's order, folders left out. */
    public Collection<ZipMember> members() {
        return members.values();
    }

    /** Returns a member by its exact name. */
    public Optional<ZipMember> member(String name) {
        return Optional.ofNullable(members.get(name));
    }

    /** Returns what sentences begin with about a member. */
    public ErrorContext context(ZipMember member) {
        return context.part(member.name());
    }

    /** Returns a member's bytes: those in the archive if they are stored, inflated on first use otherwise. */
    public ByteSource bytes(ZipMember member) {
        if (!member.deflated()) {
            return stored(member);
        }
        return new LazyBytes(member.bytes(), () -> inflated(member));
    }

    /**
     * Returns a member's bytes as {@link #bytes} does, for readers that go through them once: of a deflated member,
     * {@code read} inflates as much as is asked for and keeps nothing, and where a reader goes from the beginning to the end
     * its checksum is compared.
     */
    public ByteSource streamedBytes(ZipMember member) {
        return new MemberBytes(this, member);
    }

    ByteSource stored(ZipMember member) {
        return file.region(member.dataOffset(), member.storedBytes());
    }

    MemoryBytes inflated(ZipMember member) {
        MemoryBytes inflated = Inflation.all(context(member), stored(member), member.bytes(), MemoryBytes.CHUNK_BITS);
        requireIntact(member, inflated);
        return inflated;
    }

    /**
     * Reads a stored member and compares its checksum.
     *
     * @throws io.github.sae4j.tensors.TensorFileException if it is another than the archive says
     */
    public void requireIntact(ZipMember member) {
        requireIntact(member, stored(member));
    }

    private void requireIntact(ZipMember member, ByteSource bytes) {
        CRC32 found = new CRC32();
        long at = 0;
        while (at < bytes.length()) {
            int count = (int) Math.min(PIECE_BYTES, Math.min(bytes.reach(at), bytes.length() - at));
            found.update(bytes.slice(at, count));
            at += count;
        }
        requireEqual(member, found);
    }

    void requireEqual(ZipMember member, CRC32 found) {
        if (found.getValue() != member.crc32()) {
            throw context(member)
                    .fault(String.format(
                            Locale.ROOT,
                            "it is damaged: the CRC-32 of its bytes is %08x, but the archive says %08x. Fetch it again.",
                            found.getValue(),
                            member.crc32()));
        }
    }

    /**
     * Returns the first bytes of a member without inflating the others.
     *
     * @param count how many, not more than it has
     */
    public byte[] beginning(ZipMember member, int count) {
        ByteSource stored = stored(member);
        return member.deflated() ? Inflation.beginning(context(member), stored, count) : stored.read(0, count);
    }
}
