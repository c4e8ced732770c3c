package io.github.sae4j.data.internal.numpy;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.internal.tensors.FloatType;
import io.github.sae4j.data.internal.tensors.ForwardBytes;
import io.github.sae4j.data.internal.tensors.Reason;
import io.github.sae4j.data.internal.tensors.StoredTensor;
import io.github.sae4j.data.internal.tensors.TensorFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** A NumPy {@code .npz} archive of arrays, compressed or not, of which no more is unpacked than is read. */
public final class NpzFile implements TensorFile {

    private static final String ENDING = ".npy";

    private final Path path;
    private final ZipFile zip;
    private final List<StoredTensor> tensors = new ArrayList<>();

    private NpzFile(Path path, ZipFile zip) {
        this.path = path;
        this.zip = zip;
    }

    /**
     * Opens an archive and reads the headers of its arrays.
     *
     * @param path the file
     * @throws DataException if it is not such an archive or cannot be read
     */
    public static NpzFile open(Path path) {
        try {
            NpzFile file = new NpzFile(path, new ZipFile(path.toFile()));
            try {
                file.readHeaders();
                return file;
            } catch (IOException | RuntimeException e) {
                file.zip.close();
                throw e;
            }
        } catch (IOException e) {
            throw new DataException(path + ": it cannot be read as an npz archive (" + Reason.of(e) + ").", e);
        }
    }

    private void readHeaders() throws IOException {
        Enumeration<? extends ZipEntry> entries = zip.entries();
        while (entries.hasMoreElements()) {
            ZipEntry entry = entries.nextElement();
            if (entry.getName().endsWith(ENDING)) {
                try (InputStream in = zip.getInputStream(entry)) {
                    tensors.add(tensor(entry, NpyStart.read(path + ", " + entry.getName(), in, entry.getSize())));
                }
            }
        }
    }

    private StoredTensor tensor(ZipEntry entry, NpyStart start) {
        NpyHeader header = start.header();
        @Nullable FloatType type = header.byRows() ? header.type() : null;
        if (type != null && start.activationBytes() != entry.getSize() - start.bytes()) {
            throw new DataException(start.name() + ": its shape " + header.shape() + " of " + header.dtype()
                    + " takes " + start.activationBytes() + " bytes, but the archive has "
                    + (entry.getSize() - start.bytes()) + ".");
        }
        String name = entry.getName().substring(0, entry.getName().length() - ENDING.length());
        String dtype = header.byRows() ? header.dtype() : header.dtype() + " in Fortran order";
        return new StoredTensor(name, dtype, type, header.order(), header.shape(), new Numbers(entry, start));
    }

    /** An array's numbers, which are unpacked when the first of them are asked for. */
    private final class Numbers implements StoredTensor.Bytes {

        private final ZipEntry entry;
        private final NpyStart start;
        private final CRC32 crc32 = new CRC32();
        private @Nullable ForwardBytes bytes;

        Numbers(ZipEntry entry, NpyStart start) {
            this.entry = entry;
            this.start = start;
        }

        @Override
        public void read(long offset, ByteBuffer target) {
            if (bytes == null) {
                bytes = unpacked();
            }
            bytes.read(offset, target);
            if (start.bytes() + bytes.position() == entry.getSize()) {
                requireIntact();
            }
        }

        /** The JDK does not look at checksums, which tell where a bit has flipped. */
        private void requireIntact() {
            if (crc32.getValue() != entry.getCrc()) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s: it is damaged: the CRC-32 of its bytes is %08x, but the archive says %08x.",
                        start.name(),
                        crc32.getValue(),
                        entry.getCrc()));
            }
        }

        /** The archive closes the stream when it is closed. */
        private ForwardBytes unpacked() {
            try {
                InputStream in = new CheckedInputStream(new BufferedInputStream(zip.getInputStream(entry)), crc32);
                in.skipNBytes(start.bytes());
                return new ForwardBytes(start.name(), in);
            } catch (IOException e) {
                throw DataException.of(path, "cannot be read", e);
            }
        }
    }

    @Override
    public List<StoredTensor> tensors() {
        return tensors;
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw DataException.of(path, "cannot be closed", e);
        }
    }
}
