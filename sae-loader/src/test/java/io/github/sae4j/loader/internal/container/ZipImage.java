package io.github.sae4j.loader.internal.container;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** The bytes of a zip archive, put together by hand so that a test can have any of its forms. */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
public final class ZipImage {

    private static final int NO_32 = 0xffff_ffff;

    private final List<Member> members = new ArrayList<>();
    private final List<Piece> pieces = new ArrayList<>();
    private boolean zip64End;
    private long at;

    private record Member(
            String name, byte[] stored, long storedBytes, long bytes, int crc32, int method, int flags, boolean wide) {}

    private record Piece(long offset, byte[] bytes) {}

    /** Adds a member as it is. */
    public ZipImage stored(String name, byte[] data) {
        members.add(new Member(name, data, data.length, data.length, crc32(data), 0, 0x0800, false));
        return this;
    }

    /** Adds a member as it is whose sizes stand behind it and in the directory, as PyTorch does. */
    public ZipImage streamed(String name, byte[] data) {
        members.add(new Member(name, data, data.length, data.length, crc32(data), 0, 0x0808, false));
        return this;
    }

    /** Adds a deflated member. */
    public ZipImage deflated(String name, byte[] data) {
        byte[] deflated = deflate(data);
        members.add(new Member(name, deflated, deflated.length, data.length, crc32(data), 8, 0x0800, false));
        return this;
    }

    private static int crc32(byte[] data) {
        CRC32 crc32 = new CRC32();
        crc32.update(data);
        return (int) crc32.getValue();
    }

    /** Adds a member that says whatever it says about its size and method, and nothing true about its checksum. */
    public ZipImage packed(String name, byte[] stored, long bytes, int method) {
        members.add(new Member(name, stored, stored.length, bytes, 0, method, 0x0800, false));
        return this;
    }

    /** Adds a member of any size that begins with some bytes and is zeros from there on, with zip64 sizes. */
    public ZipImage hole(String name, byte[] start, long bytes) {
        members.add(new Member(name, start, bytes, bytes, 0, 0, 0, true));
        return this;
    }

    /** Ends the archive with zip64 records although it is small. */
    public ZipImage zip64End() {
        zip64End = true;
        return this;
    }

    /** Returns the archive. */
    public byte[] bytes() {
        layOut();
        byte[] all = new byte[(int) at];
        for (Piece piece : pieces) {
            System.arraycopy(piece.bytes(), 0, all, (int) piece.offset(), piece.bytes().length);
        }
        return all;
    }

    /** Writes the archive to a new file; what is not said to be anything else is a hole in it. */
    public Path write(Path path) throws IOException {
        layOut();
        try (FileChannel file = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE, StandardOpenOption.WRITE)) {
            for (Piece piece : pieces) {
                file.write(ByteBuffer.wrap(piece.bytes()), piece.offset());
            }
        }
        return path;
    }

    /** Deflates without a header, as zip archives do. */
    public static byte[] deflate(byte[] data) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(data);
        deflater.finish();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] chunk = new byte[4096];
        while (!deflater.finished()) {
            out.write(chunk, 0, deflater.deflate(chunk));
        }
        deflater.end();
        return out.toByteArray();
    }

    private void layOut() {
        pieces.clear();
        at = 0;
        List<byte[]> directory = new ArrayList<>();
        for (Member member : members) {
            directory.add(central(member, at));
            local(member);
        }
        long start = at;
        for (byte[] entry : directory) {
            add(entry);
        }
        end(start, at - start, members.size());
    }

    private void local(Member member) {
        boolean later = (member.flags() & 8) != 0;
        byte[] name = member.name().getBytes(StandardCharsets.UTF_8);
        ByteBuffer header = record(30 + name.length + (member.wide() ? 20 : 0))
                .putInt(0x04034b50)
                .putShort((short) 45)
                .putShort((short) member.flags())
                .putShort((short) member.method())
                .putInt(0)
                .putInt(later ? 0 : member.crc32())
                .putInt(later ? 0 : member.wide() ? NO_32 : (int) member.storedBytes())
                .putInt(later ? 0 : member.wide() ? NO_32 : (int) member.bytes())
                .putShort((short) name.length)
                .putShort((short) (member.wide() ? 20 : 0))
                .put(name);
        if (member.wide()) {
            header.putShort((short) 1)
                    .putShort((short) 16)
                    .putLong(member.bytes())
                    .putLong(member.storedBytes());
        }
        add(header);
        pieces.add(new Piece(at, member.stored()));
        at += member.storedBytes();
        if (later) {
            add(record(16)
                    .putInt(0x08074b50)
                    .putInt(member.crc32())
                    .putInt((int) member.storedBytes())
                    .putInt((int) member.bytes()));
        }
    }

    private static byte[] central(Member member, long offset) {
        byte[] name = member.name().getBytes(StandardCharsets.UTF_8);
        ByteBuffer header = record(46 + name.length + (member.wide() ? 28 : 0))
                .putInt(0x02014b50)
                .putInt(45)
                .putShort((short) member.flags())
                .putShort((short) member.method())
                .putInt(0)
                .putInt(member.crc32())
                .putInt(member.wide() ? NO_32 : (int) member.storedBytes())
                .putInt(member.wide() ? NO_32 : (int) member.bytes())
                .putShort((short) name.length)
                .putShort((short) (member.wide() ? 28 : 0))
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(0)
                .putInt(member.wide() ? NO_32 : Math.toIntExact(offset))
                .put(name);
        if (member.wide()) {
            header.putShort((short) 1)
                    .putShort((short) 24)
                    .putLong(member.bytes())
                    .putLong(member.storedBytes())
                    .putLong(offset);
        }
        return bytes(header);
    }

    private void end(long start, long size, int count) {
        boolean wide = zip64End || start > Integer.MAX_VALUE;
        long recordAt = at;
        if (wide) {
            add(record(56)
                    .putInt(0x06064b50)
                    .putLong(44)
                    .putInt(0x002d002d)
                    .putInt(0)
                    .putInt(0)
                    .putLong(count)
                    .putLong(count)
                    .putLong(size)
                    .putLong(start));
            add(record(20).putInt(0x07064b50).putInt(0).putLong(recordAt).putInt(1));
        }
        add(record(22)
                .putInt(0x06054b50)
                .putInt(0)
                .putShort((short) count)
                .putShort((short) count)
                .putInt(wide ? NO_32 : (int) size)
                .putInt(wide ? NO_32 : (int) start)
                .putShort((short) 0));
    }

    private void add(byte[] bytes) {
        pieces.add(new Piece(at, bytes));
        at += bytes.length;
    }

    private void add(ByteBuffer record) {
        add(bytes(record));
    }

    private static byte[] bytes(ByteBuffer record) {
        byte[] bytes = new byte[record.capacity()];
        record.get(0, bytes);
        return bytes;
    }

    private static ByteBuffer record(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
