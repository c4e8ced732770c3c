package io.github.sae4j.tensors.internal.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.TensorView;
import io.github.sae4j.tensors.Tensor;
import io.github.sae4j.tensors.TensorFile;
import io.github.sae4j.tensors.TensorFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that NumPy wrote are read as NumPy reads them. */
class NpzFileTest {

    @TempDir
    Path folder;

    private Path resource(String name) throws IOException {
        Path path = folder.resolve(name);
        try (InputStream in = Objects.requireNonNull(NpzFileTest.class.getResourceAsStream(name), name)) {
            Files.copy(in, path);
        }
        return path;
    }

    private static String hex(List<ByteBuffer> parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuffer part : parts) {
            byte[] bytes = new byte[part.remaining()];
            part.get(bytes);
            all.writeBytes(bytes);
        }
        return HexFormat.of().formatHex(all.toByteArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"numbers.npz", "numbers-deflated.npz"})
    void holdNumbersOfEveryTypeAndOrder(String name) throws IOException {
        try (TensorFile file = TensorFile.open(resource(name));
                SafetensorsFile expected = SafetensorsFile.open(resource("numbers.safetensors"))) {
            assertThat(file.tensors().stream().map(Tensor::name))
                    .containsExactlyInAnyOrderElementsOf(
                            expected.tensors().stream().map(TensorView::name).toList());
            for (Tensor tensor : file.tensors()) {
                TensorView view = expected.tensor(tensor.name());
                assertThat(tensor.type().name())
                        .as(tensor.toString())
                        .isEqualTo(view.dtype().label());
                assertThat(tensor.shape()).as(tensor.toString()).isEqualTo(view.shape());
                long width = view.dtype().byteSize(1);
                assertThat(hex(tensor.slices(width))).as(tensor.toString()).isEqualTo(hex(view.slices(width)));
            }
        }
    }

    @Test
    void areUsedWhereTheyLieIfTheyAreStored() throws IOException {
        try (TensorFile stored = TensorFile.open(resource("numbers.npz"));
                TensorFile deflated = TensorFile.open(resource("numbers-deflated.npz"))) {
            assertThat(stored.tensor("le_f4").isInPlace()).isTrue();
            assertThat(stored.tensor("bf16").isInPlace()).isTrue();
            assertThat(stored.tensor("be_f4").isInPlace()).isFalse();
            assertThat(stored.tensor("le_f4_columns").isTransposed()).isTrue();
            assertThat(stored.tensor("le_f4_columns").transpose().isInPlace()).isTrue();
            assertThat(deflated.tensor("le_f4").isInPlace()).isFalse();
        }
    }

    @Test
    void haveAnyOfTheThreeVersions() throws IOException {
        try (TensorFile file = TensorFile.open(resource("versions.npz"));
                TensorFile numbers = TensorFile.open(resource("numbers.npz"))) {
            assertThat(file.tensors())
                    .hasSize(3)
                    .allSatisfy(tensor -> assertThat(hex(tensor.slices(4)))
                            .isEqualTo(hex(numbers.tensor("le_f4").slices(4))));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "object, pickled Python objects",
        "record, records of several fields",
        "text, '\"<U3\"'",
        "complex, '\"<c16\"'",
        "date, '\"<M8[D]\"'",
        "raw, '\"|V3\"'",
        "notes.txt, does not end in .npy",
        "absent, 'There are: \"W\".'"
    })
    void mayHoldOtherThingsThatAreRefusedWhenAskedFor(String name, String reason) throws IOException {
        Path path = resource("others.npz");
        try (TensorFile file = TensorFile.open(path)) {
            assertThat(file.path()).isEqualTo(path);
            assertThat(file.tensors()).hasSize(1);
            assertThat(file.contains("W")).isTrue();
            assertThat(file.contains(name)).isFalse();
            assertThatThrownBy(() -> file.tensor(name))
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageStartingWith(path + ": ")
                    .hasMessageContainingAll("\"" + name + "\"", reason);
        }
    }

    @Test
    void keepTheirMapsWhenTheyAreClosed() throws IOException {
        TensorFile file = TensorFile.open(resource("numbers.npz"));
        ByteBuffer scalar = file.tensor("scalar").slices(4).get(0);
        Tensor vector = file.tensor("vector");
        file.close();
        file.close();
        assertThat(scalar.getFloat(0)).isEqualTo(2.5f);
        assertThat(vector.elements()).isEqualTo(7);
    }

    @Test
    void areThereAndAreFiles() throws IOException {
        assertThatThrownBy(() -> TensorFile.open(folder.resolve("absent.npz")))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContainingAll("absent.npz", "no such file");
        assertThatThrownBy(() -> TensorFile.open(folder))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("not a regular file");
        Path text = Files.writeString(folder.resolve("text.npz"), "version https://git-lfs.github.com/spec/v1");
        assertThatThrownBy(() -> TensorFile.open(text))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContainingAll("text.npz", "zip archive", "Git LFS pointer");
    }

    @Test
    void areNotReadIfTheyBecameShorter() throws IOException {
        Path path = resource("numbers.npz");
        try (TensorFile file = TensorFile.open(path)) {
            Files.write(path, new byte[100]);
            assertThatThrownBy(() -> file.tensor("le_f4").slices(4))
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageContainingAll("numbers.npz", "shorter");
        }
    }
}
