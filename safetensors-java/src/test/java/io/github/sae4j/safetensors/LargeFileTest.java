package io.github.sae4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files beyond what an int can count, made of holes that take no room on the disk. */
class LargeFileTest {

    private static final long ROWS = 1_000_003;
    private static final long ROW_BYTES = 2 * 3072;
    private static final long MATRIX_BYTES = ROWS * ROW_BYTES;
    private static final long VECTOR_BYTES = 4;
    private static final long GIB = 1L << 30;

    @TempDir
    Path folder;

    private Path path;

    @BeforeEach
    void makeAFileOfHoles() throws IOException {
        assumeTrue(
                Files.getFileStore(folder).getUsableSpace() > MATRIX_BYTES + GIB,
                "The temporary folder has no room for a file of 6 GB, in case its file system knows no holes.");
        String header =
                "{\"matrix\":{\"dtype\":\"BF16\",\"shape\":[" + ROWS + ",3072],\"data_offsets\":[0," + MATRIX_BYTES
                        + "]},\"vector\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[" + MATRIX_BYTES + ","
                        + (MATRIX_BYTES + VECTOR_BYTES) + "]}}";
        byte[] utf8 = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer start = ByteBuffer.allocate(8 + utf8.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(utf8.length)
                .put(utf8)
                .flip();
        path = folder.resolve("large.safetensors");
        try (FileChannel file = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE, StandardOpenOption.WRITE)) {
            long data = start.remaining();
            file.write(start, 0);
            // Each row that is looked at holds its own number.
            for (long row : List.of(0L, row(GIB), row(2 * GIB), row(2 * GIB) + 1, row(4 * GIB), ROWS - 1)) {
                file.write(number(row), data + row * ROW_BYTES);
            }
            file.write(number(42), data + MATRIX_BYTES);
        }
    }

    private static long row(long offset) {
        return offset / ROW_BYTES;
    }

    private static ByteBuffer number(long value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) value)
                .flip();
    }

    @Test
    void areMappedInWindowsOfWholeRows() {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            TensorView matrix = file.tensor("matrix");
            assertThat(matrix.byteSize()).isEqualTo(MATRIX_BYTES);
            List<ByteBuffer> windows = matrix.slices(ROW_BYTES);
            assertThat(windows).hasSize(3).allSatisfy(window -> {
                assertThat(window.remaining() % ROW_BYTES).isZero();
                assertThat(window.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            });
            assertThat(windows.stream().mapToLong(ByteBuffer::remaining).sum()).isEqualTo(MATRIX_BYTES);
            long rowsInWindow = windows.get(0).remaining() / ROW_BYTES;
            for (long row : List.of(0L, row(GIB), row(2 * GIB), row(2 * GIB) + 1, row(4 * GIB), ROWS - 1)) {
                ByteBuffer window = windows.get((int) (row / rowsInWindow));
                assertThat(window.getInt((int) (row % rowsInWindow * ROW_BYTES)))
                        .isEqualTo((int) row);
            }
        }
    }

    @Test
    void areMappedAndReadBeyondFourGib() {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            TensorView matrix = file.tensor("matrix");
            long offset = row(4 * GIB) * ROW_BYTES;
            assertThat(matrix.slice(offset, (int) ROW_BYTES).getInt(0)).isEqualTo((int) row(4 * GIB));
            ByteBuffer target = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
            matrix.read(MATRIX_BYTES - ROW_BYTES, target);
            assertThat(target.getInt(0)).isEqualTo((int) ROWS - 1);
            assertThat(file.tensor("vector").slice().getInt(0)).isEqualTo(42);
            assertThat(file.tensor("vector").fileOffset()).isGreaterThan(MATRIX_BYTES);
        }
    }

    @Test
    void areNotMappedInOnePiece() {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            SafetensorsException refused = catchThrowableOfType(
                    SafetensorsException.class, () -> file.tensor("matrix").slice());
            assertThat(refused.reason()).isEqualTo(Reason.TOO_LARGE_FOR_A_BUFFER);
            assertThat(refused).hasMessageContainingAll("\"matrix\"", Long.toString(MATRIX_BYTES), "2147483647");
        }
    }
}
