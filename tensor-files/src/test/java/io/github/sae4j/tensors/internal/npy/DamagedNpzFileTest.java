package io.github.sae4j.tensors.internal.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.fixtures.ZipImage;
import io.github.sae4j.tensors.TensorFile;
import io.github.sae4j.tensors.TensorFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A flipped bit is noticed wherever all bytes of an array are read, and not looked for where they are only mapped. */
class DamagedNpzFileTest {

    private static final int NUMBERS = 6 * Float.BYTES;
    private static final byte[] MARK = {1, 2, 3, 4, 5, 6, 7, 8};

    @TempDir
    Path folder;

    /** Returns an npy file of six float32, which begin where the header's length lets them. */
    private static byte[] npy(String descr, String order, int headerBytes) {
        String header = "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': (2, 3), }";
        byte[] text = (header + " ".repeat(headerBytes - 10 - header.length() - 1) + "\n")
                .getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0});
        out.writeBytes(text);
        out.writeBytes(MARK);
        out.writeBytes(new byte[NUMBERS - MARK.length]);
        return out.toByteArray();
    }

    private Path damaged(byte[] archive) throws IOException {
        for (int at = 0; at + MARK.length <= archive.length; at++) {
            if (new String(archive, at, MARK.length, StandardCharsets.ISO_8859_1)
                    .equals(new String(MARK, StandardCharsets.ISO_8859_1))) {
                archive[at] ^= 16;
                return Files.write(folder.resolve("weights.npz"), archive);
            }
        }
        throw new AssertionError("the numbers are not in the archive");
    }

    private static void assertNoticed(Path path) {
        try (TensorFile file = TensorFile.open(path)) {
            assertThatThrownBy(() -> file.tensor("W").slices(4))
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageContainingAll("weights.npz: \"W.npy\": it is damaged: the CRC-32", "archive says");
        }
    }

    /** The numbers of a member named W.npy begin at 35 bytes and the header. */
    @Test
    void whereNumbersDoNotLieAtMultiplesOfTheirSize() throws IOException {
        assertNoticed(
                damaged(new ZipImage().stored("W.npy", npy("<f4", "False", 128)).bytes()));
    }

    @Test
    void whereBytesOrRowsAreInAnotherOrder() throws IOException {
        assertNoticed(
                damaged(new ZipImage().stored("W.npy", npy(">f4", "False", 129)).bytes()));
        assertNoticed(
                damaged(new ZipImage().stored("W.npy", npy("<f4", "True", 129)).bytes()));
    }

    @Test
    void whereNumbersAreInflated() throws IOException {
        byte[] whole = npy("<f4", "False", 129);
        byte[] other = whole.clone();
        other[129] ^= 16;
        byte[] archive = new ZipImage().deflated("W.npy", whole).bytes();
        byte[] changed = new ZipImage().deflated("W.npy", other).bytes();
        // The deflated bytes of one with the checksums of the other.
        int stored = ZipImage.deflate(whole).length;
        assertThat(ZipImage.deflate(other)).hasSize(stored);
        System.arraycopy(changed, 35, archive, 35, stored);

        assertNoticed(Files.write(folder.resolve("weights.npz"), archive));
    }

    @Test
    void notWhereNumbersAreOnlyMapped() throws IOException {
        Path path =
                damaged(new ZipImage().stored("W.npy", npy("<f4", "False", 129)).bytes());
        try (TensorFile file = TensorFile.open(path)) {
            assertThat(file.tensor("W").slices(4)).hasSize(1);
        }
    }
}
