package io.github.sae4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each thing that can go wrong has a reason that programs tell it by. */
class ReasonsTest {

    private static final String FOUR_BYTES = "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void isTold(Reason reason) {
        SafetensorsException failure = catchThrowableOfType(SafetensorsException.class, () -> provoke(reason));
        assertThat(failure).isNotNull();
        assertThat(failure.reason()).as(failure.getMessage()).isEqualTo(reason);
    }

    private void provoke(Reason reason) throws IOException {
        switch (reason) {
            case HEADER_TOO_SMALL -> open(FileImage.ofLatin1("123"));
            case HEADER_TOO_LARGE -> open(FileImage.ofClaim(100_000_001, new byte[2], 0));
            case HEADER_BEYOND_END -> open(FileImage.ofClaim(50, new byte[2], 0));
            case HEADER_NOT_UTF8 -> open(FileImage.ofClaim(2, new byte[] {(byte) 0xC3, 0x28}, 0));
            case HEADER_NOT_JSON -> open(FileImage.of("{", 0));
            case HEADER_FORM -> open(FileImage.of("[]", 0));
            case DUPLICATE_NAME -> open(FileImage.of("{\"__metadata__\":{\"k\":\"1\",\"k\":\"1\"}}", 0));
            case UNKNOWN_DTYPE -> open(FileImage.of(FOUR_BYTES.replace("U8", "U9"), 4));
            case INVALID_OFFSETS -> open(FileImage.of(FOUR_BYTES.replace("[0,4]", "[1,5]"), 5));
            case SIZE_OVERFLOW -> Dtype.U8.byteSize(Long.MAX_VALUE);
            case PARTIAL_BYTE -> Dtype.F4.byteSize(5);
            case SIZE_MISMATCH -> open(FileImage.of(FOUR_BYTES.replace("[0,4]", "[0,5]"), 5));
            case FILE_LENGTH_MISMATCH -> open(FileImage.of(FOUR_BYTES, 5));
            case INVALID_INDEX -> index("[]");
            case UNSAFE_FILE_NAME -> index("{\"weight_map\":{\"a\":\"../a.safetensors\"}}");
            case NO_SUCH_TENSOR -> inFile(file -> file.tensor("b"));
            case OUT_OF_RANGE -> inFile(file -> file.tensor("a").slice(0, 5));
            case TOO_LARGE_FOR_A_BUFFER -> inEmptyTensor(tensor -> tensor.slices(1L << 31));
            case INVALID_SPEC -> new TensorSpec("a", Dtype.U8, -1);
            case TOO_MANY_BYTES -> writing(writer -> writer.write("a", ByteBuffer.allocate(5)));
            case INCOMPLETE_TENSOR -> writing(SafetensorsWriter::commit);
            case NO_SUCH_FILE -> SafetensorsFile.open(folder.resolve("missing.safetensors"));
            case NOT_A_FILE -> SafetensorsFile.open(folder);
            case FILE_CHANGED -> replaced();
            case INTERRUPTED -> interrupted(() -> SafetensorsFile.open(written()));
            case IO ->
                writing(writer -> {
                    // The first interrupted write closes the channel, and the next finds it so.
                    assertThatThrownBy(() -> interrupted(() -> writer.write("a", ByteBuffer.allocate(1))))
                            .isInstanceOf(SafetensorsException.class);
                    writer.write("a", ByteBuffer.allocate(1));
                });
        }
    }

    private Path written() {
        return FileImage.of(FOUR_BYTES, 4).writeTo(folder);
    }

    private void open(FileImage image) {
        SafetensorsFile.open(image.writeTo(folder)).close();
    }

    private void index(String json) throws IOException {
        ShardedSafetensors.open(
                        Files.writeString(folder.resolve("m.safetensors.index.json"), json, StandardCharsets.UTF_8))
                .close();
    }

    private void inFile(Consumer<SafetensorsFile> use) {
        try (SafetensorsFile file = SafetensorsFile.open(written())) {
            use.accept(file);
        }
    }

    private void inEmptyTensor(Consumer<TensorView> use) {
        String header = FOUR_BYTES.replace("[4]", "[0]").replace("[0,4]", "[0,0]");
        try (SafetensorsFile file = SafetensorsFile.open(FileImage.of(header, 0).writeTo(folder))) {
            use.accept(file.tensor("a"));
        }
    }

    private void writing(Consumer<SafetensorsWriter> use) {
        List<TensorSpec> specs = List.of(new TensorSpec("a", Dtype.U8, 4));
        try (SafetensorsWriter writer = SafetensorsWriter.create(folder.resolve("out.safetensors"), specs, Map.of())) {
            use.accept(writer);
        }
    }

    private void replaced() throws IOException {
        Path path = written();
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            Files.write(path, new byte[10]);
            file.tensor("a").read(0, ByteBuffer.allocate(4));
        }
    }

    private static void interrupted(Runnable work) {
        Thread.currentThread().interrupt();
        try {
            work.run();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
