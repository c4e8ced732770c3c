package io.github.sae4j.tensors.internal.zip;

import io.github.sae4j.safetensors.internal.Quoted;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.TensorFileException.Reason;
import io.github.sae4j.tensors.internal.ByteSource;
import io.github.sae4j.tensors.internal.ErrorContext;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The reader of a zip archive's central directory: what members there are and where they lie, zip64 included. */
final class ZipDirectory {

    private static final int END = 0x06054b50;
    private static final int ZIP64_LOCATOR = 0x07064b50;
    private static final int ZIP64_END = 0x06064b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int LOCAL = 0x04034b50;

    private static final int END_BYTES = 22;
    private static final int LOCATOR_BYTES = 20;
    private static final int ZIP64_END_BYTES = 56;
    private static final int CENTRAL_BYTES = 46;
    private static final int LOCAL_BYTES = 30;

    private static final int ENCRYPTED = 0x0001;
    private static final int SIZES_FOLLOW = 0x0008;
    private static final int NAMES_ARE_UTF8 = 0x0800;
    private static final int HEADERS_ARE_MASKED = 0x2000;

    private static final int STORED = 0;
    private static final int DEFLATED = 8;

    private static final int MOST_DIRECTORY_BYTES = 1 << 25;
    /** Deflate cannot do better: 258 bytes out of two bits. */
    private static final int MOST_INFLATION = 1032;

    private static final long NO_16 = 0xffffL;
    private static final long NO_32 = 0xffff_ffffL;

    private final ErrorContext context;
    private final ByteSource file;

    ZipDirectory(ErrorContext context, ByteSource file) {
        this.context = context;
        this.file = file;
    }

    private record End(long entries, long directoryBytes, long directoryOffset, long at) {}

    private record Entry(String name, int flags, int method, long crc32, long storedBytes, long bytes, long offset) {}

    private record Sizes(long bytes, long storedBytes, long offset) {}

    /** Returns the files of the archive, folders left out, in the directory's order. */
    List<ZipMember> members() {
        End end = end();
        List<Entry> entries = entries(end);
        List<ZipMember> members = new ArrayList<>();
        List<Extent> extents = new ArrayList<>();
        for (Entry entry : entries) {
            ZipMember member = located(entry, end.directoryOffset());
            extents.add(new Extent(entry.name(), entry.offset(), member.dataOffset() + member.storedBytes()));
            if (!entry.name().endsWith("/")) {
                members.add(member);
            }
        }
        requireApart(extents);
        return members;
    }

    private record Extent(String name, long begin, long end) {}

    private void requireApart(List<Extent> extents) {
        extents.sort(Comparator.comparingLong(Extent::begin).thenComparingLong(Extent::end));
        for (int i = 1; i < extents.size(); i++) {
            Extent before = extents.get(i - 1);
            Extent after = extents.get(i);
            if (after.begin() < before.end()) {
                throw context.fault("the archive's members " + Quoted.of(before.name()) + " and "
                        + Quoted.of(after.name()) + " overlap.");
            }
        }
    }

    private End end() {
        int count = (int) Math.min(file.length(), END_BYTES + NO_16);
        long start = file.length() - count;
        ByteBuffer tail = buffer(start, count);
        for (int i = count - END_BYTES; i >= 0; i--) {
            if (tail.getInt(i) == END && u2(tail, i + 20) == count - END_BYTES - i) {
                return end(tail, i, start + i);
            }
        }
        throw context.fault("the archive has no end record, which every zip file ends with."
                + " It was probably cut short on its way; fetch it again.");
    }

    private End end(ByteBuffer tail, int i, long at) {
        requireOneDisk(u2(tail, i + 4), u2(tail, i + 6));
        long entriesHere = u2(tail, i + 8);
        long entries = u2(tail, i + 10);
        End end = new End(entries, u4(tail, i + 12), u4(tail, i + 16), at);
        if (at >= LOCATOR_BYTES && buffer(at - LOCATOR_BYTES, LOCATOR_BYTES).getInt(0) == ZIP64_LOCATOR) {
            end = zip64End(end);
        } else if (entriesHere != entries) {
            throw severalDisks();
        }
        if (end.directoryBytes() > MOST_DIRECTORY_BYTES) {
            throw context.fault(
                    Reason.UNSUPPORTED,
                    "the archive's directory has " + end.directoryBytes() + " bytes, but at most "
                            + MOST_DIRECTORY_BYTES + " are read.");
        }
        if (end.directoryOffset() > file.length() - end.directoryBytes()
                || end.directoryOffset() + end.directoryBytes() != end.at()) {
            throw context.fault("the archive's directory should lie at byte " + end.directoryOffset() + " and have "
                    + end.directoryBytes() + " bytes, but its end record lies at byte " + end.at() + ".");
        }
        return end;
    }

    private End zip64End(End small) {
        ByteBuffer locator = buffer(small.at() - LOCATOR_BYTES, LOCATOR_BYTES);
        long at = u8(locator, 8, "the place of the zip64 end record");
        if (at > small.at() - LOCATOR_BYTES - ZIP64_END_BYTES) {
            throw context.fault(
                    "the archive's zip64 end record should lie at byte " + at + ", where there is no room.");
        }
        ByteBuffer record = buffer(at, ZIP64_END_BYTES);
        if (record.getInt(0) != ZIP64_END || record.getLong(4) != small.at() - LOCATOR_BYTES - at - 12) {
            throw context.fault("the archive has no zip64 end record at byte " + at + ", where one should lie.");
        }
        requireOneDisk(record.getInt(16), record.getInt(20));
        long entries = u8(record, 32, "the number of members");
        if (record.getLong(24) != entries) {
            throw severalDisks();
        }
        End large =
                new End(entries, u8(record, 40, "the directory's size"), u8(record, 48, "the directory's place"), at);
        if (differs(small.entries(), NO_16, large.entries())
                || differs(small.directoryBytes(), NO_32, large.directoryBytes())
                || differs(small.directoryOffset(), NO_32, large.directoryOffset())) {
            throw context.fault("the archive's end record and its zip64 end record contradict each other.");
        }
        return large;
    }

    private static boolean differs(long small, long none, long large) {
        return small != none && small != large;
    }

    private void requireOneDisk(int disk, int directoryDisk) {
        if ((disk != 0 && disk != NO_16) || (directoryDisk != 0 && directoryDisk != NO_16)) {
            throw severalDisks();
        }
    }

    private TensorFileException severalDisks() {
        return context.fault(Reason.UNSUPPORTED, "the archive is one part of several, which are not read.");
    }

    private List<Entry> entries(End end) {
        ByteBuffer directory = buffer(end.directoryOffset(), (int) end.directoryBytes());
        List<Entry> entries = new ArrayList<>();
        int at = 0;
        while (at < directory.capacity()) {
            if (directory.capacity() - at < CENTRAL_BYTES || directory.getInt(at) != CENTRAL) {
                throw context.fault("the archive's directory is damaged after " + entries.size() + " members.");
            }
            int nameBytes = u2(directory, at + 28);
            int extraBytes = u2(directory, at + 30);
            int next = at + CENTRAL_BYTES + nameBytes + extraBytes + u2(directory, at + 32);
            if (next > directory.capacity()) {
                throw context.fault("the archive's directory is damaged after " + entries.size() + " members.");
            }
            entries.add(entry(directory, at, nameBytes, extraBytes));
            at = next;
        }
        if (entries.size() != end.entries()) {
            throw context.fault("the archive's directory has " + entries.size() + " members, but its end record says "
                    + end.entries() + ".");
        }
        return entries;
    }

    private Entry entry(ByteBuffer directory, int at, int nameBytes, int extraBytes) {
        int flags = u2(directory, at + 8);
        String name = name(directory, at + CENTRAL_BYTES, nameBytes, flags);
        ErrorContext member = context.part(name);
        int method = u2(directory, at + 10);
        if (u2(directory, at + 34) != 0) {
            throw severalDisks();
        }
        if ((flags & (ENCRYPTED | HEADERS_ARE_MASKED)) != 0) {
            throw member.fault(Reason.UNSUPPORTED, "it is encrypted, but only plain archives are read.");
        }
        if (method != STORED && method != DEFLATED) {
            throw member.fault(
                    Reason.UNSUPPORTED,
                    "it is compressed by method " + method + ", but only stored (0) and deflated (8) are read.");
        }
        Sizes plain = new Sizes(u4(directory, at + 24), u4(directory, at + 20), u4(directory, at + 42));
        Sizes sizes = zip64Sizes(member, plain, directory.slice(at + CENTRAL_BYTES + nameBytes, extraBytes));
        if (method == STORED && sizes.bytes() != sizes.storedBytes()) {
            throw member.fault("it is stored as it is, but its sizes differ: " + sizes.bytes() + " bytes, "
                    + sizes.storedBytes() + " in the archive.");
        }
        if (method == DEFLATED && sizes.bytes() / MOST_INFLATION > sizes.storedBytes()) {
            throw member.fault("it says that its " + sizes.storedBytes() + " deflated bytes give " + sizes.bytes()
                    + ", which is more than deflate can do.");
        }
        return new Entry(
                name, flags, method, u4(directory, at + 16), sizes.storedBytes(), sizes.bytes(), sizes.offset());
    }

    /** Takes from the zip64 field what the 32-bit fields leave to it, in the order that the format lays down. */
    private Sizes zip64Sizes(ErrorContext member, Sizes plain, ByteBuffer extras) {
        ByteBuffer field = zip64Field(member, extras.order(ByteOrder.LITTLE_ENDIAN));
        return new Sizes(
                wide(member, plain.bytes(), field),
                wide(member, plain.storedBytes(), field),
                wide(member, plain.offset(), field));
    }

    private static long wide(ErrorContext member, long narrow, @Nullable ByteBuffer field) {
        if (narrow != NO_32) {
            return narrow;
        }
        if (field == null || field.remaining() < Long.BYTES) {
            throw member.fault("a size is left to its zip64 field, but that is not there.");
        }
        long wide = field.getLong();
        if (wide < 0) {
            throw member.fault(
                    "its zip64 field says " + Long.toUnsignedString(wide) + " bytes, more than any file has.");
        }
        return wide;
    }

    private static @Nullable ByteBuffer zip64Field(ErrorContext member, ByteBuffer extras) {
        while (extras.remaining() >= 4) {
            int id = extras.getShort();
            int size = extras.getShort() & 0xffff;
            if (size > extras.remaining()) {
                throw member.fault("its extra fields in the archive are damaged.");
            }
            if (id == 1) {
                return extras.slice(extras.position(), size).order(ByteOrder.LITTLE_ENDIAN);
            }
            extras.position(extras.position() + size);
        }
        return null;
    }

    /** Finds a member's bytes by its own header, which must agree with the directory. */
    private ZipMember located(Entry entry, long directoryOffset) {
        ErrorContext member = context.part(entry.name());
        long offset = entry.offset();
        if (offset > directoryOffset - LOCAL_BYTES) {
            throw member.fault("it should lie at byte " + offset + ", but the archive's members end at byte "
                    + directoryOffset + ".");
        }
        ByteBuffer header = buffer(offset, LOCAL_BYTES);
        if (header.getInt(0) != LOCAL) {
            throw member.fault("it should lie at byte " + offset + ", but no member begins there.");
        }
        int nameBytes = u2(header, 26);
        int extraBytes = u2(header, 28);
        long dataOffset = offset + LOCAL_BYTES + nameBytes + extraBytes;
        if (dataOffset > directoryOffset || entry.storedBytes() > directoryOffset - dataOffset) {
            throw member.fault("it should have " + entry.storedBytes() + " bytes from byte " + dataOffset
                    + " on, but the archive's members end at byte " + directoryOffset + ".");
        }
        ByteBuffer names = buffer(offset + LOCAL_BYTES, nameBytes + extraBytes);
        int flags = u2(header, 6);
        if (u2(header, 8) != entry.method()
                || !name(names, 0, nameBytes, flags).equals(entry.name())
                || !sizesAgree(member, entry, flags, header, names.slice(nameBytes, extraBytes))) {
            throw member.fault("the archive's directory and the member's own header contradict each other.");
        }
        return new ZipMember(
                entry.name(),
                entry.method() == DEFLATED,
                dataOffset,
                entry.storedBytes(),
                entry.bytes(),
                entry.crc32());
    }

    private boolean sizesAgree(ErrorContext member, Entry entry, int flags, ByteBuffer header, ByteBuffer extras) {
        long storedBytes = u4(header, 18);
        long bytes = u4(header, 22);
        boolean follow = (flags & SIZES_FOLLOW) != 0;
        if (follow && storedBytes == 0 && bytes == 0) {
            return true;
        }
        Sizes own = zip64Sizes(member, new Sizes(bytes, storedBytes, 0), extras);
        return (own.bytes() == entry.bytes() && own.storedBytes() == entry.storedBytes())
                || (follow && own.bytes() == 0 && own.storedBytes() == 0);
    }

    private String name(ByteBuffer bytes, int at, int count, int flags) {
        ByteBuffer encoded = bytes.slice(at, count);
        String name;
        try {
            name = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(encoded.duplicate())
                    .toString();
        } catch (CharacterCodingException e) {
            if ((flags & NAMES_ARE_UTF8) != 0) {
                throw context.fault("the archive has a member whose name is not UTF-8, although it says so.", e);
            }
            name = StandardCharsets.ISO_8859_1.decode(encoded).toString();
        }
        if (name.isEmpty() || name.indexOf('\0') >= 0 || name.startsWith("/") || hasParent(name)) {
            throw context.fault(
                    "the archive has a member with the name " + Quoted.of(name) + ", which no file can have.");
        }
        return name;
    }

    private static boolean hasParent(String name) {
        return ("/" + name + "/").contains("/../");
    }

    private long u8(ByteBuffer bytes, int at, String what) {
        long value = bytes.getLong(at);
        if (value < 0) {
            throw context.fault("the archive says that " + what + " is " + Long.toUnsignedString(value)
                    + ", more than any file has.");
        }
        return value;
    }

    private static long u4(ByteBuffer bytes, int at) {
        return bytes.getInt(at) & NO_32;
    }

    private static int u2(ByteBuffer bytes, int at) {
        return bytes.getShort(at) & 0xffff;
    }

    private ByteBuffer buffer(long offset, int count) {
        Objects.checkFromIndexSize(offset, count, file.length());
        return ByteBuffer.wrap(file.read(offset, count)).order(ByteOrder.LITTLE_ENDIAN);
    }
}
