package io.github.sae4j.loader.internal.container;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A zip archive whose stored members can be used where they lie.
 *
 * <p>Checksums are not compared: that would read every byte of weights that are otherwise only mapped, and PyTorch can
 * leave them out.
 */
public final class ZipArchive {

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
        return new LazyBytes(
                member.bytes(), () -> Inflation.all(subject(member), stored, member.bytes(), MemoryBytes.CHUNK_BITS));
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
