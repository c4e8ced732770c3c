package io.github.sae4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.entry;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways to a tensor's bytes. */
class TensorBytesTest {

    /** Not padded, and with five bytes before the floats, so that nothing is aligned by chance. */
    private static final String HEADER = "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"m\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[5,29]},"
            + "\"u\":{\"dtype\":\"U8\",\"shape\":[5],\"data_offsets\":[0,5]},"
            + "\"none\":{\"dtype\":\"F64\",\"shape\":[0,3],\"data_offsets\":[29,29]}}";

    private final byte[] data = new byte[29];

    @TempDir
    Path folder;

    private Path path;

    @BeforeEach
    void writeAFile() throws IOException {
        new Random(1).nextBytes(data);
        path = folder.resolve("model.safetensors");
        byte[] header = HEADER.getBytes(StandardCharsets.UTF_8);
        Files.write(
                path,
                ByteBuffer.allocate(8 + header.length + data.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(header.length)
                        .put(header)
                        .put(data)
                        .array());
    }

    private static void assertRefused(Reason reason, ThrowingCallable call) {
        SafetensorsException refused = catchThrowableOfType(SafetensorsException.class, call);
        assertThat(refused).isNotNull();
        assertThat(refused.reason()).as(refused.getMessage()).isEqualTo(reason);
    }

    private ByteBuffer expected(int from, int to) {
        return ByteBuffer.wrap(data, from, to - from).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void areDescribedByTheirView() {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.path()).isEqualTo(path);
            assertThat(file.metadata()).containsExactly(entry("format", "pt"));
            assertThat(file.tensors()).extracting(TensorView::name).containsExactly("u", "m", "none");
            assertThat(file.contains("m")).isTrue();
            assertThat(file.contains("M")).isFalse();
            TensorView matrix = file.tensor("m");
            assertThat(matrix.dtype()).isEqualTo(Dtype.F32);
            assertThat(matrix.shape()).containsExactly(3, 2);
            assertThat(matrix.elements()).isEqualTo(6);
            assertThat(matrix.byteSize()).isEqualTo(24);
            assertThat(matrix.fileOffset()).isEqualTo(8 + HEADER.length() + 5);
            assertThat(matrix).hasToString(path + ": tensor \"m\" (F32 [3, 2])");
        }
    }

    @Test
    void cannotBeReachedThroughTheShapeThatIsHandedOut() {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            file.tensor("m").shape()[0] = 99;
            assertThat(file.tensor("m").shape()).containsExactly(3, 2);
            assertThatThrownBy(() -> file.metadata().put("a", "b")).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> file.tensors().clear()).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void comeAsAReadOnlyLittleEndianMap() {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            ByteBuffer slice = file.tensor("m").slice();
            assertThat(slice.isDirect()).isTrue();
            assertThat(slice.isReadOnly()).isTrue();
            assertThat(slice.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            assertThat(slice).isEqualTo(expected(5, 29));
            assertThat(slice.asFloatBuffer().get(5)).isEqualTo(expected(25, 29).getFloat());
            assertThatThrownBy(() -> slice.put(0, (byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
        }
    }

    @Test
    void comeInWindows() {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            TensorView matrix = file.tensor("m");
            assertThat(matrix.slice(8, 12)).isEqualTo(expected(13, 25));
            assertThat(matrix.slice(8, 12).order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            assertThat(matrix.slice(0, 24)).isEqualTo(expected(5, 29));
            assertThat(matrix.slice(24, 0).remaining()).isZero();
        }
    }

    @Test
    void comeInWholeRows() {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            List<ByteBuffer> slices = file.tensor("m").slices(8);
            assertThat(slices).containsExactly(expected(5, 29));
            assertThat(slices.get(0).isReadOnly()).isTrue();
            assertThat(slices.get(0).order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            assertThat(file.tensor("none").slices(24)).isEmpty();
            assertRefused(Reason.OUT_OF_RANGE, () -> file.tensor("m").slices(7));
            assertRefused(Reason.OUT_OF_RANGE, () -> file.tensor("m").slices(48));
            assertRefused(Reason.OUT_OF_RANGE, () -> file.tensor("m").slices(0));
            assertRefused(Reason.OUT_OF_RANGE, () -> file.tensor("m").slices(-8));
            assertRefused(
                    Reason.TOO_LARGE_FOR_A_BUFFER, () -> file.tensor("none").slices(1L << 31));
        }
    }

    @Test
    void areReadIntoAnyBuffer() {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            for (ByteBuffer target : List.of(ByteBuffer.allocate(20), ByteBuffer.allocateDirect(20))) {
                target.position(3).limit(13);
                file.tensor("m").read(2, target);
                assertThat(target.position()).isEqualTo(13);
                assertThat(target.flip().position(3)).isEqualTo(expected(7, 17));
            }
            ByteBuffer nothing = ByteBuffer.allocate(0);
            file.tensor("m").read(24, nothing);
            file.tensor("none").read(0, nothing);
        }
    }

    @Test
    void areEmptyWhereThereAreNoElements() {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.tensor("none").slice().remaining()).isZero();
            assertThat(file.tensor("none").elements()).isZero();
            assertThat(file.tensor("none").byteSize()).isZero();
        }
    }

    @Test
    void areNotReachedOutsideTheTensor() {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            TensorView bytes = file.tensor("u");
            assertRefused(Reason.OUT_OF_RANGE, () -> bytes.slice(-1, 2));
            assertRefused(Reason.OUT_OF_RANGE, () -> bytes.slice(0, -1));
            assertRefused(Reason.OUT_OF_RANGE, () -> bytes.slice(4, 2));
            assertRefused(Reason.OUT_OF_RANGE, () -> bytes.slice(6, 0));
            assertRefused(Reason.OUT_OF_RANGE, () -> bytes.slice(Long.MAX_VALUE, Integer.MAX_VALUE));
            assertRefused(Reason.OUT_OF_RANGE, () -> bytes.read(1, ByteBuffer.allocate(5)));
            assertRefused(Reason.OUT_OF_RANGE, () -> bytes.read(Long.MIN_VALUE, ByteBuffer.allocate(1)));
            assertThatThrownBy(() -> bytes.slice(4, 2))
                    .hasMessageContainingAll("\"u\"", "5 bytes", "2 bytes", "byte 4");
        }
    }

    @Test
    void doNotGoIntoAReadOnlyBuffer() {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThatThrownBy(() ->
                            file.tensor("u").read(0, ByteBuffer.allocate(1).asReadOnlyBuffer()))
                    .isInstanceOf(ReadOnlyBufferException.class);
        }
    }

    @Test
    void stayMappedWhenTheFileIsClosed() {
        ByteBuffer slice;
        TensorView matrix;
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            matrix = file.tensor("m");
            slice = matrix.slice();
        }
        assertThat(slice).isEqualTo(expected(5, 29));
        assertThatIllegalStateException().isThrownBy(matrix::slice);
        assertThatIllegalStateException().isThrownBy(() -> matrix.slices(8));
        assertThatIllegalStateException().isThrownBy(() -> matrix.read(0, ByteBuffer.allocate(1)));
    }

    @Test
    void canBeClosedTwice() {
        SafetensorsFile file = SafetensorsFile.open(path);
        file.close();
        file.close();
        assertThat(file.tensor("m").name()).isEqualTo("m");
    }

    @Test
    void areMissedWithTheNamesThatAreThere() {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertRefused(Reason.NO_SUCH_TENSOR, () -> file.tensor("w"));
            assertThatThrownBy(() -> file.tensor("w"))
                    .hasMessage(path + ": there is no tensor \"w\". There are: \"u\", \"m\", \"none\".");
        }
    }

    @Test
    void areMissedWithAFewNamesWhereThereAreMany() {
        List<String> tensors = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            tensors.add("\"t" + i + "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
        }
        Path many = FileImage.of("{" + String.join(",", tensors) + "}", 0).writeTo(folder);
        Path none = FileImage.of("{}", 0).writeTo(folder);
        try (SafetensorsFile file = SafetensorsFile.open(many);
                SafetensorsFile empty = SafetensorsFile.open(none)) {
            assertThatThrownBy(() -> file.tensor("w")).hasMessageContaining("\"t7\" and 92 more.");
            assertThatThrownBy(() -> empty.tensor("w")).hasMessageEndingWith("There are none.");
        }
    }

    @Test
    void areNotLookedForInWhatIsNoFile() {
        assertRefused(Reason.NO_SUCH_FILE, () -> SafetensorsFile.open(folder.resolve("missing.safetensors")));
        assertRefused(Reason.NOT_A_FILE, () -> SafetensorsFile.open(folder));
        assertThatThrownBy(() -> SafetensorsFile.open(folder.resolve("missing.safetensors")))
                .hasMessage(folder.resolve("missing.safetensors") + ": there is no such file.");
    }
}
