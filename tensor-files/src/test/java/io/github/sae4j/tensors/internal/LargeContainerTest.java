package io.github.sae4j.tensors.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.sae4j.fixtures.ZipImage;
import io.github.sae4j.tensors.Tensor;
import io.github.sae4j.tensors.TensorFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers beyond what an int can count, made of holes that take no room on the disk. */
class LargeContainerTest {

    private static final long ROWS = 1_048_576;
    private static final long COLUMNS = 2304;
    private static final long ROW_BYTES = 2 * COLUMNS;
    private static final long MATRIX_BYTES = ROWS * ROW_BYTES;
    private static final long GIB = 1L << 30;

    /** Rows that hold their own number, in the first, second, third and last GiB. */
    private static final List<Long> ROWS_SET =
            List.of(0L, 1L, GIB / ROW_BYTES, 2 * GIB / ROW_BYTES + 1, 4 * GIB / ROW_BYTES, ROWS - 1);

    @TempDir
    Path folder;

    @BeforeEach
    void requireRoom() throws IOException {
        assumeTrue(
                Files.getFileStore(folder).getUsableSpace() > MATRIX_BYTES + 2 * GIB,
                "The temporary folder has no room for a file of 5 GB, in case its file system knows no holes.");
    }

    private static void set(Path path, long dataOffset) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            for (long row : ROWS_SET) {
                file.write(
                        ByteBuffer.allocate(4)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putInt((int) row)
                                .flip(),
                        dataOffset + row * ROW_BYTES);
            }
        }
    }

    private static void assertRows(Tensor matrix) {
        assertThat(matrix.byteSize()).isEqualTo(MATRIX_BYTES);
        assertThat(matrix.isInPlace()).isTrue();
        long before = Watched.direct();
        List<ByteBuffer> windows = matrix.slices(ROW_BYTES);
        assertThat(Watched.direct()).as("memory beside the file's own pages").isLessThanOrEqualTo(before);
        assertThat(windows)
                .hasSize(3)
                .allSatisfy(window -> assertThat(window.remaining() % ROW_BYTES).isZero());
        assertThat(windows.stream().mapToLong(ByteBuffer::remaining).sum()).isEqualTo(MATRIX_BYTES);
        long rowsInWindow = windows.get(0).remaining() / ROW_BYTES;
        for (long row : ROWS_SET) {
            ByteBuffer window = windows.get((int) (row / rowsInWindow));
            assertThat(window.getInt((int) (row % rowsInWindow * ROW_BYTES))).isEqualTo((int) row);
        }
    }

    /** Of an odd length, so that the numbers lie at multiples of their size and are not read for a checksum. */
    private static byte[] npyHeader(boolean fortranOrder, long rows, long columns) {
        String dictionary = "{'descr': '<f2', 'fortran_order': " + (fortranOrder ? "True" : "False") + ", 'shape': ("
                + rows + ", " + columns + "), }";
        String text = dictionary + (dictionary.length() % 2 == 0 ? "\n" : " \n");
        return ByteBuffer.allocate(10 + text.length())
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
                .putShort((short) text.length())
                .put(text.getBytes(StandardCharsets.US_ASCII))
                .array();
    }

    private static byte[] small() {
        byte[] header = npyHeader(false, 1, 1);
        byte[] npy = java.util.Arrays.copyOf(header, header.length + 2);
        npy[header.length] = 42;
        return npy;
    }

    @Test
    void ofNumPyAreMappedInWindowsOfWholeRows() throws IOException {
        byte[] header = npyHeader(false, ROWS, COLUMNS);
        Path path = new ZipImage()
                .hole("W_dec.npy", header, header.length + MATRIX_BYTES)
                .hole("b.npy", small(), small().length)
                .write(folder.resolve("large.npz"));
        set(path, 30 + "W_dec.npy".length() + 20 + header.length);
        try (TensorFile file = TensorFile.open(path)) {
            assertRows(file.tensor("W_dec"));
            assertThat(file.tensor("b").slices(2).get(0).getShort(0)).isEqualTo((short) 42);
        }
    }

    @Test
    void ofNumPyInColumnsAreTheTransposedMatrix() throws IOException {
        byte[] header = npyHeader(true, COLUMNS, ROWS);
        Path path = new ZipImage()
                .hole("W_enc.npy", header, header.length + MATRIX_BYTES)
                .write(folder.resolve("large.npz"));
        set(path, 30 + "W_enc.npy".length() + 20 + header.length);
        try (TensorFile file = TensorFile.open(path)) {
            Tensor encoder = file.tensor("W_enc");
            assertThat(encoder.shape()).containsExactly(COLUMNS, ROWS);
            assertThat(encoder.isTransposed()).isTrue();
            assertRows(encoder.transpose());
        }
    }

    /** The pickle of {@code {'W': tensor, 'last': its last row}}, both over one storage of bfloat16. */
    private static byte[] pickle() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x80, 2, '}'});
        tensor(out, "W", 0, ROWS, COLUMNS);
        tensor(out, "last", (ROWS - 1) * COLUMNS, 1, COLUMNS);
        out.write('.');
        return out.toByteArray();
    }

    private static void tensor(ByteArrayOutputStream out, String name, long offset, long rows, long columns) {
        text(out, name);
        ascii(out, "ctorch._utils\n_rebuild_tensor_v2\n((");
        text(out, "storage");
        ascii(out, "ctorch\nBFloat16Storage\n");
        text(out, "0");
        text(out, "cpu");
        whole(out, ROWS * COLUMNS);
        ascii(out, "tQ");
        whole(out, offset);
        whole(out, rows);
        whole(out, columns);
        out.write(0x86);
        whole(out, COLUMNS);
        whole(out, 1);
        out.write(0x86);
        out.write(0x89);
        ascii(out, "}tRs");
    }

    private static void ascii(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.writeBytes(new byte[] {'X', (byte) text.length(), 0, 0, 0});
        ascii(out, text);
    }

    private static void whole(ByteArrayOutputStream out, long number) {
        out.writeBytes(new byte[] {(byte) 0x8a, 8});
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array());
    }

    private static void assertTensors(Path path) {
        try (TensorFile file = TensorFile.open(path)) {
            assertRows(file.tensor("W"));
            assertThat(file.tensor("last").slices(ROW_BYTES).get(0).getInt(0)).isEqualTo((int) ROWS - 1);
        }
    }

    @Test
    void ofPyTorchAreMappedInWindowsOfWholeRows() throws IOException {
        Path path = new ZipImage()
                .stored("large/data.pkl", pickle())
                .hole("large/data/0", new byte[0], MATRIX_BYTES)
                .hole("large/version", new byte[] {'3', '\n'}, 2)
                .zip64End()
                .write(folder.resolve("large.pt"));
        set(path, 30 + "large/data.pkl".length() + pickle().length + 30 + "large/data/0".length() + 20);
        assertTensors(path);
    }

    @Test
    void ofPyTorchsOlderFormatAreMappedToo() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(HexFormat.of().parseHex("80028a0a6cfc9c46f9206aa850192e" + "80024de9032e" + "80027d2e"));
        out.writeBytes(pickle());
        out.writeBytes(new byte[] {(byte) 0x80, 2, ']'});
        text(out, "0");
        ascii(out, "a.");
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(ROWS * COLUMNS)
                .array());
        Path path = folder.resolve("large.pt");
        try (FileChannel file = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(out.toByteArray()), 0);
            file.write(ByteBuffer.allocate(1), out.size() + MATRIX_BYTES - 1);
        }
        set(path, out.size());
        assertTensors(path);
    }
}
