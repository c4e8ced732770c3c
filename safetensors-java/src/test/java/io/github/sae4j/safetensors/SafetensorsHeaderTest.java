package io.github.sae4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A header tells what a file holds when only the file's first bytes are at hand. */
class SafetensorsHeaderTest {

    @TempDir
    private Path folder;

    @Test
    void tellsWhatLiesWhereWithoutATensorsBytes() throws IOException {
        Path file = folder.resolve("two.safetensors");
        List<TensorSpec> specs =
                List.of(new TensorSpec("bias", Dtype.F32, 2), new TensorSpec("weight", Dtype.BF16, 1000, 3));
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, specs, Map.of("made", "here"))) {
            ByteBuffer bias = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            writer.write("bias", bias.putFloat(0, 1.5f).putFloat(4, -2));
            writer.write("weight", ByteBuffer.allocate(6000));
            writer.commit();
        }
        byte[] bytes = Files.readAllBytes(file);
        int[] end = {0};

        SafetensorsHeader header = SafetensorsHeader.read("two", bytes.length, (position, target) -> {
            end[0] = Math.max(end[0], (int) position + target.remaining());
            target.put(bytes, (int) position, target.remaining());
        });

        assertThat(header.tensors().stream().map(SafetensorsHeader.Entry::spec))
                .containsExactlyInAnyOrderElementsOf(specs);
        assertThat(header.metadata()).containsEntry("made", "here");
        long first = header.tensors().stream()
                .mapToLong(SafetensorsHeader.Entry::offset)
                .min()
                .orElseThrow();
        assertThat(end[0]).isEqualTo((int) first);
        SafetensorsHeader.Entry bias = header.tensors().stream()
                .filter(entry -> entry.spec().name().equals("bias"))
                .findFirst()
                .orElseThrow();
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getFloat((int) bias.offset()))
                .isEqualTo(1.5f);
    }

    @Test
    void tellsWhyItsBytesDoNotCome() {
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> SafetensorsHeader.read("far", 100, (position, target) -> {
                    throw new IOException("Connection reset");
                }))
                .withMessage("far: the header cannot be read (Connection reset).")
                .withCauseInstanceOf(IOException.class)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(SafetensorsException.Reason.IO));
    }

    @Test
    void refusesWhatIsNoHeader() {
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> SafetensorsHeader.read("far", 4, (position, target) -> {}))
                .withMessageStartingWith("far: ");
    }
}
