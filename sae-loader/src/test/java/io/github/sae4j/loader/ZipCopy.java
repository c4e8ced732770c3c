package io.github.sae4j.loader;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Copies of files of PyTorch and NumPy that have something else in them. */
final class ZipCopy {

    private ZipCopy() {}

    /**
     * Returns a file's bytes with another pickle and further entries.
     *
     * @param pickle changes the pickle, if there is one
     * @param further the further entries by name
     */
    static byte[] of(Path file, UnaryOperator<byte[]> pickle, Map<String, byte[]> further) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipFile from = new ZipFile(file.toFile());
                ZipOutputStream to = new ZipOutputStream(out)) {
            for (ZipEntry entry : Collections.list(from.entries())) {
                byte[] bytes = from.getInputStream(entry).readAllBytes();
                to.putNextEntry(new ZipEntry(entry.getName()));
                to.write(entry.getName().endsWith("data.pkl") ? pickle.apply(bytes) : bytes);
                to.closeEntry();
            }
            for (Map.Entry<String, byte[]> entry : further.entrySet()) {
                to.putNextEntry(new ZipEntry(entry.getKey()));
                to.write(entry.getValue());
                to.closeEntry();
            }
        }
        return out.toByteArray();
    }
}
