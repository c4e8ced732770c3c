package io.github.sae4j.core.internal.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The kernels as the archive that libtorch loads, packed from readable TorchScript text.
 *
 * <p>Such an archive is a zip file of stored entries: the code, a pickled object of the module's class without any state,
 * an empty tuple of constants, and the format's version.
 */
final class KernelArchive {

    /** The first has the class's head and what the others share. */
    private static final List<String> TEXTS =
            List.of("kernels.py", "encode.py", "decode.py", "pursuit.py", "temporal.py");

    private static final String OBJECT = "\u0080\u0002c__torch__\nKernels\nq\u0000)\u0081}q\u0001b.";
    private static final String EMPTY_TUPLE = "\u0080\u0002).";

    private KernelArchive() {}

    /**
     * Returns the bytes of the archive of an SAE's kernels.
     *
     * @param rule the expression that the kernels' {@code activate} evaluates
     */
    static byte[] pack(String rule) {
        return archive(TEXTS.stream().map(KernelArchive::text).collect(Collectors.joining("\n"))
                + "\n  def activate(self, h: Tensor, p: List[Tensor]) -> Tensor:\n    return " + rule + "\n");
    }

    /** Returns the bytes of the archive of the products by packed 8-bit weights, which not every libtorch can compile. */
    static byte[] packedProducts() {
        return archive(text("packed.py"));
    }

    private static byte[] archive(String code) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            store(zip, "data.pkl", OBJECT.getBytes(StandardCharsets.ISO_8859_1));
            store(zip, "code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
            store(zip, "constants.pkl", EMPTY_TUPLE.getBytes(StandardCharsets.ISO_8859_1));
            store(zip, "version", "3\n".getBytes(StandardCharsets.UTF_8));
            store(zip, "byteorder", "little".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry("kernels/" + name);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private static String text(String name) {
        try (InputStream in = KernelArchive.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing beside " + KernelArchive.class.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
