package io.github.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The arrays of an npz file, read from its bytes as NumPy's description of the format says. */
record NpzEntries(Map<String, Entry> entries) {

    /**
     * An array.
     *
     * @param header its description, without the padding
     * @param data its bytes, little-endian
     */
    record Entry(String header, ByteBuffer data) {

        float[] floats() {
            float[] values = new float[data.remaining() / Float.BYTES];
            data.asFloatBuffer().get(values);
            return values;
        }

        int[] ints() {
            int[] values = new int[data.remaining() / Integer.BYTES];
            data.asIntBuffer().get(values);
            return values;
        }

        long[] longs() {
            long[] values = new long[data.remaining() / Long.BYTES];
            data.asLongBuffer().get(values);
            return values;
        }

        String text() {
            return StandardCharsets.UTF_8.decode(data.duplicate()).toString();
        }
    }

    static NpzEntries of(Path file) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            Enumeration<? extends ZipEntry> all = zip.entries();
            while (all.hasMoreElements()) {
                ZipEntry entry = all.nextElement();
                try (InputStream bytes = zip.getInputStream(entry)) {
                    entries.put(entry.getName(), entry(bytes.readAllBytes()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new NpzEntries(entries);
    }

    /** Reads an array of a file of its own. */
    static Entry npy(Path file) {
        try {
            return entry(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Entry entry(byte[] file) {
        assertThat(file).startsWith(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0);
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int length = bytes.getShort(8) & 0xffff;
        assertThat((10 + length) % 64).as("where the data begin").isZero();
        String header = new String(file, 10, length, StandardCharsets.US_ASCII);
        assertThat(header).endsWith("\n");
        return new Entry(
                header.strip(),
                bytes.slice(10 + length, file.length - 10 - length).order(ByteOrder.LITTLE_ENDIAN));
    }

    Entry get(String name) {
        assertThat(entries).containsKey(name + ".npy");
        return entries.get(name + ".npy");
    }
}
