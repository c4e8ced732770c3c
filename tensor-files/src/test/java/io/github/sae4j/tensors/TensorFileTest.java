package io.github.sae4j.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.fixtures.StateDictImage;
import io.github.sae4j.fixtures.ZipImage;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import io.github.sae4j.tensors.TensorFileException.Reason;
import io.github.sae4j.tensors.internal.npy.NpyImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a program sees of files of tensors, whatever their format. */
class TensorFileTest {

    private static final float[] NUMBERS = {1, -2, 3, 0.5f, 0, 65504};

    @TempDir
    private Path folder;

    private Path files;

    @BeforeEach
    void makeRoom() throws IOException {
        files = Files.createDirectory(folder.resolve("files"));
    }

    static byte[] littleEndian(float... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        return bytes.array();
    }

    private void safetensors(String file, String tensor) {
        List<TensorSpec> specs = List.of(new TensorSpec(tensor, Dtype.F32, 2, 3));
        try (SafetensorsWriter writer = SafetensorsWriter.create(files.resolve(file), specs, Map.of())) {
            writer.write(tensor, ByteBuffer.wrap(littleEndian(NUMBERS)));
            writer.commit();
        }
    }

    /** Writes W = [[1, -2, 3], [0.5, 0, 65504]] in a format. */
    private Path written(TensorFormat format) throws IOException {
        byte[] npy = NpyImage.of("<f4", false, "(2, 3)", littleEndian(NUMBERS));
        switch (format) {
            case SAFETENSORS -> safetensors("x.safetensors", "W");
            case SHARDED_SAFETENSORS -> {
                safetensors("a.safetensors", "W");
                safetensors("b.safetensors", "V");
                Files.writeString(
                        files.resolve("x.safetensors.index.json"),
                        "\n {\"weight_map\": {\"W\": \"a.safetensors\", \"V\": \"b.safetensors\"}}");
            }
            case NPY -> Files.write(files.resolve("x.npy"), npy);
            case NPZ -> new ZipImage().deflated("W.npy", npy).write(files.resolve("x.npz"));
            case TORCH -> new StateDictImage().tensor("W", NUMBERS, 2, 3).write(files.resolve("x.pt"));
        }
        try (var found = Files.list(files)) {
            return found.filter(path -> path.getFileName().toString().startsWith("x"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Tensor weights(TensorFile file) {
        return file.single().orElseGet(() -> file.tensor("W"));
    }

    private static void assertReason(Reason reason, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        TensorFileException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @ParameterizedTest
    @EnumSource
    void isOpenedByItsContent(TensorFormat format) throws IOException {
        Path named = written(format);
        assertThat(TensorFormat.ofName(named.toString())).contains(format);
        Path nameless = format == TensorFormat.SHARDED_SAFETENSORS ? named : files.resolve("nameless");
        Files.move(named, nameless);
        try (TensorFile file = TensorFile.open(nameless)) {
            assertThat(file.path()).isEqualTo(nameless);
            assertThat(file.format()).isEqualTo(format);
            Tensor tensor = weights(file);
            assertThat(tensor.name()).isEqualTo(format == TensorFormat.NPY ? "" : "W");
            assertThat(file.find(tensor.name())).contains(tensor);
            assertThat(tensor.type()).isEqualTo(ElementType.F32);
            assertThat(tensor.shape()).containsExactly(2, 3);
            assertThat(tensor.byteSize()).isEqualTo(24);
            assertThat(tensor.toFloats()).containsExactly(NUMBERS);
            assertThat(file.tensors()).hasSize(format == TensorFormat.SHARDED_SAFETENSORS ? 2 : 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isReadInWindows(TensorFormat format) throws IOException {
        try (TensorFile file = TensorFile.open(written(format), format)) {
            Tensor tensor = weights(file);
            byte[] all = littleEndian(NUMBERS);
            for (int from = 0; from <= all.length; from += 4) {
                for (int to = from; to <= all.length; to += 4) {
                    ByteBuffer window = ByteBuffer.allocate(to - from);
                    tensor.read(from, window);
                    assertThat(window.hasRemaining()).isFalse();
                    assertThat(window.array()).isEqualTo(Arrays.copyOfRange(all, from, to));
                }
            }
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> tensor.read(20, ByteBuffer.allocate(8)));
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> tensor.read(2, ByteBuffer.allocate(4)));
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> tensor.read(0, ByteBuffer.allocate(3)));
            assertThatThrownBy(() -> tensor.read(0, ByteBuffer.allocate(4).asReadOnlyBuffer()))
                    .isInstanceOf(java.nio.ReadOnlyBufferException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void givesNoMoreWhenItIsClosed(TensorFormat format) throws IOException {
        TensorFile file = TensorFile.open(written(format));
        Tensor tensor = weights(file);
        file.close();
        file.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> tensor.read(0, ByteBuffer.allocate(24)))
                .withMessageContaining("the file is closed.");
        assertThatIllegalStateException()
                .isThrownBy(() -> tensor.slices(12))
                .withMessageContaining("the file is closed.");
    }

    /** What is deflated lies in memory, which does not close. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NPZ")
    void givesNoMoreWhenItIsClosedThoughItWasMapped(TensorFormat format) throws IOException {
        TensorFile file = TensorFile.open(written(format));
        Tensor tensor = weights(file);
        List<ByteBuffer> before = tensor.slices(12);
        file.close();

        assertThatIllegalStateException().isThrownBy(() -> tensor.slices(12));
        assertThat(before.get(0).order(ByteOrder.LITTLE_ENDIAN).getFloat(0)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void isThereAndIsAFile(TensorFormat format) {
        assertReason(Reason.NO_SUCH_FILE, () -> TensorFile.open(folder.resolve("absent"), format));
        assertReason(Reason.UNREADABLE, () -> TensorFile.open(folder, format));
        assertReason(Reason.NO_SUCH_FILE, () -> TensorFile.open(folder.resolve("absent")));
        assertReason(Reason.UNREADABLE, () -> TensorFile.open(folder));
    }

    @Test
    void isOfAFormatThatIsKnown() throws IOException {
        Path text = Files.writeString(files.resolve("notes"), "<!DOCTYPE html>");
        assertThatThrownBy(() -> TensorFile.open(text))
                .hasMessage(
                        text + ": this is no file of tensors that is known (safetensors, npy, npz or PyTorch): it is a"
                                + " web page.");
        assertReason(Reason.WRONG_FORMAT, () -> TensorFile.open(text));
        Path archive = new ZipImage().stored("a.txt", new byte[1]).write(files.resolve("a.zip"));
        assertReason(Reason.WRONG_FORMAT, () -> TensorFile.open(archive));
        for (TensorFormat format : List.of(TensorFormat.NPY, TensorFormat.NPZ, TensorFormat.TORCH)) {
            assertReason(Reason.WRONG_FORMAT, () -> TensorFile.open(text, format));
        }
    }

    /** The reader of the format that a name tells has the better sentence. */
    @Test
    void isTakenForWhatItsNameSaysIfItsContentTellsNothing() throws IOException {
        Path pointer = Files.writeString(files.resolve("x.pt"), "version https://git-lfs.github.com/spec/v1");
        assertThatThrownBy(() -> TensorFile.open(pointer))
                .hasMessageContainingAll("this is no file of PyTorch", "Git LFS pointer");
        Path cut = Files.write(files.resolve("x.safetensors"), new byte[3]);
        assertReason(Reason.MALFORMED, () -> TensorFile.open(cut));
    }

    @Test
    void hasTheTensorsThatItHas() throws IOException {
        try (TensorFile file = TensorFile.open(written(TensorFormat.SAFETENSORS))) {
            assertThat(file.find("b")).isEmpty();
            assertThat(file.contains("b")).isFalse();
            assertThat(file.single()).isEmpty();
            assertReason(Reason.NO_SUCH_TENSOR, () -> file.tensor("b"));
            assertThatThrownBy(() -> file.tensor("b")).hasMessageContaining("There are: \"W\".");
        }
    }

    @Test
    void convertsFloatingPointOnly() throws IOException {
        Path path = Files.write(files.resolve("x.npy"), NpyImage.of("<i4", false, "(6,)", littleEndian(NUMBERS)));
        try (TensorFile file = TensorFile.open(path)) {
            Tensor tensor = weights(file);
            assertThat(tensor.storedType()).isEqualTo("<i4");
            assertReason(Reason.WRONG_TYPE, tensor::toFloats);
            assertThatThrownBy(tensor::toFloats)
                    .hasMessage(path + " is stored as I32, but should be F32, F16, BF16 or F64.");
        }
    }

    @Test
    void saysWhyAnArrayCannotBeUsed() throws IOException {
        Path path = Files.write(files.resolve("x.npy"), NpyImage.of("|O", false, "(6,)", new byte[24]));
        try (TensorFile file = TensorFile.open(path)) {
            assertThat(file.tensors()).isEmpty();
            assertThat(file.unusable()).containsOnlyKeys("");
            assertReason(Reason.NO_SUCH_TENSOR, () -> file.tensor(""));
        }
    }

    @Test
    void missesAShardOfItsIndex() throws IOException {
        Path index = written(TensorFormat.SHARDED_SAFETENSORS);
        Files.delete(files.resolve("b.safetensors"));
        assertReason(Reason.NO_SUCH_FILE, () -> TensorFile.open(index));
        assertThatThrownBy(() -> TensorFile.open(index)).hasMessageContaining("says that it has tensor \"V\"");
    }

    @Test
    void maySpellItsNumbersTheOtherWayRoundAndInColumns() throws IOException {
        ByteBuffer big = ByteBuffer.allocate(24);
        big.asFloatBuffer().put(NUMBERS);
        byte[] rows = NpyImage.of(">f4", false, "(2, 3)", big.array());
        byte[] columns = NpyImage.of(">f4", true, "(3, 2)", big.array());
        Path path = new ZipImage()
                .stored("rows.npy", rows)
                .deflated("columns.npy", columns)
                .write(files.resolve("x.npz"));
        try (TensorFile file = TensorFile.open(path)) {
            ByteBuffer window = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            file.tensor("rows").read(8, window);
            assertThat(window.getFloat(0)).isEqualTo(3);
            assertThat(window.getFloat(4)).isEqualTo(0.5f);
            assertThat(file.tensor("columns").isRowMajor()).isFalse();
            file.tensor("columns").read(4, window.clear());
            assertThat(window.getFloat(0)).isEqualTo(0.5f);
            assertThat(window.getFloat(4)).isEqualTo(-2);
            assertThat(file.tensor("columns").transpose().toFloats()).containsExactly(NUMBERS);
        }
    }

    @Test
    void mayBeElsewhere() throws IOException {
        byte[] bytes = Files.readAllBytes(written(TensorFormat.SAFETENSORS));
        ByteRanges ranges = (offset, count) -> Arrays.copyOfRange(bytes, (int) offset, (int) offset + count);
        try (TensorFile file = TensorFile.open("far/x.safetensors", bytes.length, ranges, TensorFormat.SAFETENSORS)) {
            assertThat(file.tensor("W").toFloats()).containsExactly(NUMBERS);
            assertThat(file.tensor("W").label()).isEqualTo("far/x.safetensors: \"W\"");
            assertThat(file.tensor("W").isInPlace()).isFalse();
        }
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> TensorFile.open("x", bytes.length, ranges, TensorFormat.SHARDED_SAFETENSORS));
    }

    @Test
    void isNotReadWhereItsBytesDoNotCome() throws IOException {
        byte[] bytes = Files.readAllBytes(written(TensorFormat.SAFETENSORS));
        ByteRanges ranges = (offset, count) -> {
            throw new IOException("Connection reset");
        };
        assertThatExceptionOfType(TensorFileException.class)
                .isThrownBy(() -> TensorFile.open("far.safetensors", bytes.length, ranges, TensorFormat.SAFETENSORS))
                .withMessage("far.safetensors: the file cannot be read (Connection reset).")
                .withCauseInstanceOf(IOException.class)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.UNREADABLE));
    }

    @Test
    void isNotReadOnIfItBecameShorter() throws IOException {
        Path path = written(TensorFormat.NPY);
        try (TensorFile file = TensorFile.open(path)) {
            Files.write(path, new byte[10]);
            assertReason(Reason.CHANGED, () -> weights(file).read(0, ByteBuffer.allocate(24)));
        }
    }
}
