package io.github.sae4j.loader.internal.container;

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

    private final Subject subject;
    private final ByteSource file;
    private final Map<String, ZipMember> members = new LinkedHashMap<>();

    private ZipArchive(Subject subject, ByteSource file, List<ZipMember> members) {
        this.subject = subject;
        this.file = file;
        for (ZipMember member : members) {
            if (this.members.put(member.name(), member) != null) {
                throw subject.fault("the archive has two members with the name " + Quoted.of(member.name()) + ".");
            }
        }
    }

    /**
     * Reads an archive's directory and checks it against the members' own headers.
     *
     * @param subject the archive's name
     * @param file its bytes
     * @throws io.github.sae4j.loader.SaeLoadException if it is not a zip archive, or members do not lie inside it, overlap,
     *     have the same name, are encrypted or compressed otherwise than by deflate
     */
    public static ZipArchive read(Subject subject, ByteSource file) {
        return new ZipArchive(subject, file, new ZipDirectory(subject, file).members());
    }

    /** Returns the members in the directory's order, folders left out. */
    public Collection<ZipMember> members() {
        return members.values();
    }

    /** Returns a member by its exact name. */
    public Optional<ZipMember> member(String name) {
        return Optional.ofNullable(members.get(name));
    }

    /** Returns the subject of sentences about a member. */
    public Subject subject(ZipMember member) {
        return subject.part(member.name());
    }

    /** Returns a member's bytes: those in the archive if they are stored, inflated on first use otherwise. */
    public ByteSource bytes(ZipMember member) {
        ByteSource stored = file.region(member.dataOffset(), member.storedBytes());
        if (!member.deflated()) {
            return stored;
        }
        return new LazyBytes(member.bytes(), () -> {
            MemoryBytes inflated = Inflation.all(subject(member), stored, member.bytes(), MemoryBytes.CHUNK_BITS);
            requireIntact(member, inflated);
            return inflated;
        });
    }

    /**
     * Reads a stored member and compares its checksum.
     *
     * @throws io.github.sae4j.loader.SaeLoadException if it is another than the archive says
     */
    public void requireIntact(ZipMember member) {
        requireIntact(member, file.region(member.dataOffset(), member.storedBytes()));
    }

    private void requireIntact(ZipMember member, ByteSource bytes) {
        CRC32 found = new CRC32();
        long at = 0;
        while (at < bytes.length()) {
            int count = (int) Math.min(PIECE_BYTES, Math.min(bytes.reach(at), bytes.length() - at));
            found.update(bytes.slice(at, count));
            at += count;
        }
        if (found.getValue() != member.crc32()) {
            throw subject(member)
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
        ByteSource stored = file.region(member.dataOffset(), member.storedBytes());
        return member.deflated() ? Inflation.beginning(subject(member), stored, count) : stored.read(0, count);
    }
}
