package io.github.sae4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How files come to be under their name, whole or not at all. */
class WriterTest {

    private static final List<TensorSpec> TENSORS =
            List.of(new TensorSpec("a", Dtype.U8, 3), new TensorSpec("b", Dtype.U8, 2, 2));

    @TempDir
    Path folder;

    private Path target;

    @BeforeEach
    void nameTheTarget() {
        target = folder.resolve("out.safetensors");
    }

    private static ByteBuffer bytes(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length);
        for (int value : values) {
            bytes.put((byte) value);
        }
        return bytes.flip();
    }

    private static void assertRefused(Reason reason, ThrowingCallable call) {
        SafetensorsException refused = catchThrowableOfType(SafetensorsException.class, call);
        assertThat(refused).isNotNull();
        assertThat(refused.reason()).as(refused.getMessage()).isEqualTo(reason);
        assertThat(refused).hasMessageNotContaining("java.");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static void writeAll(SafetensorsWriter writer) {
        writer.write("a", bytes(1, 2, 3));
        writer.write("b", bytes(4, 5, 6, 7));
    }

    @Test
    void takesTensorsInPiecesInAnyOrder() {
        try (SafetensorsWriter writer = SafetensorsWriter.create(target, TENSORS, Map.of())) {
            writer.write("b", bytes(4));
            writer.write("a", bytes(1, 2));
            writer.write("b", bytes());
            writer.write("b", bytes(5, 6, 7).asReadOnlyBuffer());
            ByteBuffer window = ByteBuffer.allocateDirect(10);
            window.put(5, (byte) 3).position(5).limit(6);
            writer.write("a", window);
            assertThat(window.hasRemaining()).isFalse();
            assertThat(writer.commit()).isEqualTo(target);
        }
        try (SafetensorsFile file = SafetensorsFile.open(target)) {
            assertThat(file.tensor("a").slice()).isEqualTo(bytes(1, 2, 3));
            assertThat(file.tensor("b").slice()).isEqualTo(bytes(4, 5, 6, 7));
        }
    }

    @Test
    void showsNothingUnderTheTargetsNameBeforeCommit() throws IOException {
        try (SafetensorsWriter writer = SafetensorsWriter.create(target, TENSORS, Map.of())) {
            writeAll(writer);
            assertThat(target).doesNotExist();
            assertThat(files()).hasSize(1);
            writer.commit();
            assertThat(files()).containsExactly(target);
        }
        assertThat(files()).containsExactly(target);
    }

    @Test
    void leavesNothingWhenGivenUp() throws IOException {
        try (SafetensorsWriter writer = SafetensorsWriter.create(target, TENSORS, Map.of())) {
            writer.write("a", bytes(1, 2, 3));
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void leavesTheFileThatWasThereWhenGivenUp() throws IOException {
        Files.writeString(target, "dear to its owner");
        try (SafetensorsWriter writer = SafetensorsWriter.create(target, TENSORS, Map.of())) {
            writer.write("a", bytes(1, 2, 3));
            assertRefused(Reason.INCOMPLETE_TENSOR, writer::commit);
        }
        assertThat(target).hasContent("dear to its owner");
        assertThat(files()).containsExactly(target);
    }

    @Test
    void replacesTheFileThatWasThereOnCommit() throws IOException {
        Files.writeString(target, "x".repeat(10_000));
        try (SafetensorsWriter writer = SafetensorsWriter.create(target, TENSORS, Map.of())) {
            writeAll(writer);
            writer.commit();
        }
        try (SafetensorsFile file = SafetensorsFile.open(target)) {
            assertThat(file.tensors()).hasSize(2);
        }
    }

    @Test
    void saysWhichTensorIsIncompleteAndGoesOn() {
        try (SafetensorsWriter writer = SafetensorsWriter.create(target, TENSORS, Map.of())) {
            writer.write("a", bytes(1, 2, 3));
            writer.write("b", bytes(4, 5, 6));
            assertThatThrownBy(writer::commit)
                    .isInstanceOf(SafetensorsException.class)
                    .hasMessageContainingAll(target.toString(), "\"b\"", "4 bytes", "only 3");
            writer.write("b", bytes(7));
            writer.commit();
        }
        assertThat(target).exists();
    }

    @Test
    void refusesMoreBytesThanATensorHasAndWritesNoneOfThem() {
        try (SafetensorsWriter writer = SafetensorsWriter.create(target, TENSORS, Map.of())) {
            writer.write("a", bytes(1, 2));
            ByteBuffer tooMany = bytes(3, 9);
            assertRefused(Reason.TOO_MANY_BYTES, () -> writer.write("a", tooMany));
            assertThat(tooMany.remaining()).isEqualTo(2);
            writer.write("b", bytes(4, 5, 6, 7));
            writer.write("a", bytes(3));
            writer.commit();
        }
        try (SafetensorsFile file = SafetensorsFile.open(target)) {
            assertThat(file.tensor("a").slice()).isEqualTo(bytes(1, 2, 3));
            assertThat(file.tensor("b").slice()).isEqualTo(bytes(4, 5, 6, 7));
        }
    }

    @Test
    void refusesTensorsThatWereNotAnnounced() {
        try (SafetensorsWriter writer = SafetensorsWriter.create(target, TENSORS, Map.of())) {
            assertRefused(Reason.NO_SUCH_TENSOR, () -> writer.write("c", bytes(1)));
        }
    }

    @Test
    void needsNoBytesForTensorsWithoutElements() {
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(target, List.of(new TensorSpec("none", Dtype.F32, 0, 7)), Map.of())) {
            writer.commit();
        }
        try (SafetensorsFile file = SafetensorsFile.open(target)) {
            assertThat(file.tensor("none").shape()).containsExactly(0, 7);
        }
    }

    @Test
    void isOfNoUseAfterCommitOrClose() {
        SafetensorsWriter writer = SafetensorsWriter.create(target, TENSORS, Map.of());
        writeAll(writer);
        writer.commit();
        assertThatIllegalStateException().isThrownBy(writer::commit);
        assertThatIllegalStateException().isThrownBy(() -> writer.write("a", bytes()));
        writer.close();
        writer.close();
        assertThat(target).exists();

        SafetensorsWriter givenUp = SafetensorsWriter.create(target, List.of(), Map.of());
        givenUp.close();
        givenUp.close();
        assertThatIllegalStateException().isThrownBy(givenUp::commit);
    }

    @Test
    void refusesTwoTensorsOfOneName() throws IOException {
        List<TensorSpec> twins = List.of(new TensorSpec("a", Dtype.U8), new TensorSpec("a", Dtype.F32));
        assertRefused(Reason.INVALID_SPEC, () -> SafetensorsWriter.create(target, twins, Map.of()));
        assertThat(files()).isEmpty();
    }

    @Test
    void refusesAFolderAsTarget() {
        assertRefused(Reason.NOT_A_FILE, () -> SafetensorsWriter.create(folder, TENSORS, Map.of()));
        assertRefused(Reason.NOT_A_FILE, () -> SafetensorsWriter.create(folder.getRoot(), TENSORS, Map.of()));
    }

    @Test
    void refusesATargetInAFolderThatDoesNotExist() {
        Path nowhere = folder.resolve("missing").resolve("out.safetensors");
        assertRefused(Reason.NO_SUCH_FILE, () -> SafetensorsWriter.create(nowhere, TENSORS, Map.of()));
    }

    @Test
    void keepsTheTargetWhenItBecameAFolderMeanwhile() throws IOException {
        try (SafetensorsWriter writer = SafetensorsWriter.create(target, TENSORS, Map.of())) {
            writeAll(writer);
            Files.createDirectory(target);
            Files.writeString(target.resolve("inside"), "x");
            assertRefused(Reason.IO, writer::commit);
            Files.delete(target.resolve("inside"));
            Files.delete(target);
            writer.commit();
        }
        assertThat(files()).containsExactly(target);
        SafetensorsFile.open(target).close();
    }

    @Test
    void refusesAHeaderAboveTheLimit() throws IOException {
        String veryLarge = "a".repeat(100_000_000);
        assertRefused(
                Reason.HEADER_TOO_LARGE,
                () -> SafetensorsWriter.create(target, List.of(), Map.of("very_large_metadata", veryLarge)));
        assertThat(files()).isEmpty();
    }

    @Test
    void countsTheHeadersBytesNotItsCharacters() {
        String twoBytesEach = "é".repeat(50_000_000);
        assertRefused(
                Reason.HEADER_TOO_LARGE, () -> SafetensorsWriter.create(target, List.of(), Map.of("k", twoBytesEach)));
    }

    @Test
    void refusesMetadataThatAreNotText() {
        assertRefused(Reason.INVALID_SPEC, () -> SafetensorsWriter.create(target, List.of(), Map.of("k", "\ud800")));
        assertRefused(Reason.INVALID_SPEC, () -> SafetensorsWriter.create(target, List.of(), Map.of("\udc00", "v")));
    }

    @Test
    void refusesTensorsThatTogetherCannotBeCounted() {
        List<TensorSpec> tensors = IntStream.range(0, 17)
                .mapToObj(i -> new TensorSpec("t" + i, Dtype.U8, 1L << 59))
                .toList();
        assertRefused(Reason.SIZE_OVERFLOW, () -> SafetensorsWriter.create(target, tensors, Map.of()));
    }

    @Test
    void refusesImpossibleTensors() {
        assertRefused(Reason.INVALID_SPEC, () -> new TensorSpec("__metadata__", Dtype.U8));
        assertRefused(Reason.INVALID_SPEC, () -> new TensorSpec("\ud800", Dtype.U8));
        assertRefused(Reason.INVALID_SPEC, () -> new TensorSpec("a", Dtype.U8, 2, -1));
        assertRefused(Reason.PARTIAL_BYTE, () -> new TensorSpec("a", Dtype.F4, 3));
        assertRefused(Reason.SIZE_OVERFLOW, () -> new TensorSpec("a", Dtype.U8, Long.MAX_VALUE, 2));
        assertRefused(Reason.SIZE_OVERFLOW, () -> new TensorSpec("a", Dtype.U64, Long.MAX_VALUE / 8));
    }

    @Test
    void rewritesAFileFromItsOwnMaps() throws IOException {
        try (SafetensorsWriter writer = SafetensorsWriter.create(target, TENSORS, Map.of())) {
            writeAll(writer);
            writer.commit();
        }
        byte[] before = Files.readAllBytes(target);
        try (SafetensorsFile file = SafetensorsFile.open(target);
                SafetensorsWriter writer = SafetensorsWriter.create(target, TENSORS, Map.of())) {
            for (TensorView tensor : file.tensors()) {
                writer.write(tensor.name(), tensor.slice());
            }
            commitWhereMapsAllowIt(writer);
        }
        assertThat(target).hasBinaryContent(before);
    }

    /** Windows replaces no file that is mapped; there the old file must stay as it was. */
    private static void commitWhereMapsAllowIt(SafetensorsWriter writer) {
        try {
            writer.commit();
        } catch (SafetensorsException e) {
            assertThat(System.getProperty("os.name")).startsWith("Windows");
            assertThat(e.reason()).isEqualTo(Reason.IO);
        }
    }

    @Test
    void survivesAnInterruptWithoutTraces() throws IOException {
        Files.writeString(target, "dear to its owner");
        try (SafetensorsWriter writer = SafetensorsWriter.create(target, TENSORS, Map.of())) {
            Thread.currentThread().interrupt();
            assertRefused(Reason.INTERRUPTED, () -> writer.write("a", bytes(1, 2, 3)));
            assertThat(Thread.interrupted()).isTrue();
            assertRefused(Reason.IO, () -> writer.write("a", bytes(1, 2, 3)));
        }
        assertThat(files()).containsExactly(target);
        assertThat(target).hasContent("dear to its owner");
    }
}
