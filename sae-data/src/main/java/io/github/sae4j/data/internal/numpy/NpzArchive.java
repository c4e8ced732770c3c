package io.github.sae4j.data.internal.numpy;

import io.github.sae4j.data.internal.files.GuardedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A zip archive of NumPy arrays in the making, each stored as it is.
 *
 * <p>The same arrays give the same bytes, whenever and wherever they are written.
 */
public final class NpzArchive {

    /** Later than the first day that zip knows, which would be written with the time zone of the machine. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private final GuardedFile file;
    private final ZipOutputStream zip;

    public NpzArchive(GuardedFile file) {
        this.file = file;
        this.zip = new ZipOutputStream(file.stream(), StandardCharsets.UTF_8);
    }

    /** An array's bytes, little-endian and row by row; they are asked for twice and must be the same both times. */
    public interface Contents {

        void copyTo(Consumer<ByteBuffer> sink);
    }

    /** The checksum and the number of some bytes. */
    private static final class Sum {
        private final CRC32 crc = new CRC32();
        private long size;

        void add(ByteBuffer bytes) {
            size += bytes.remaining();
            crc.update(bytes);
        }
    }

    /**
     * Appends an array.
     *
     * @param name its name, without the ending
     * @param descr its type as NumPy writes it
     * @param shape its shape as Python writes it
     * @param contents its bytes
     */
    public void add(String name, String descr, String shape, Contents contents) {
        byte[] header = NpyPrefix.of(descr, shape);
        Sum sum = new Sum();
        sum.add(ByteBuffer.wrap(header));
        contents.copyTo(sum::add);
        ZipEntry entry = new ZipEntry(name + ".npy");
        entry.setMethod(ZipEntry.STORED);
        entry.setTimeLocal(TIME);
        entry.setSize(sum.size);
        entry.setCompressedSize(sum.size);
        entry.setCrc(sum.crc.getValue());
        try {
            zip.putNextEntry(entry);
            zip.write(header);
            contents.copyTo(this::write);
            zip.closeEntry();
        } catch (IOException e) {
            throw file.failed(e);
        }
    }

    private void write(ByteBuffer bytes) {
        byte[] piece = new byte[bytes.remaining()];
        bytes.get(piece);
        try {
            zip.write(piece);
        } catch (IOException e) {
            throw file.failed(e);
        }
    }

    /** Writes the archive's directory. */
    public void finish() {
        try {
            zip.finish();
        } catch (IOException e) {
            throw file.failed(e);
        }
    }
}
