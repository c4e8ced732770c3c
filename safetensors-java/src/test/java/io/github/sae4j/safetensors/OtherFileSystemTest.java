package io.github.sae4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** File systems other than the platform's own: here the inside of a zip archive, which knows no maps. */
class OtherFileSystemTest {

    private static final List<TensorSpec> TENSORS = List.of(new TensorSpec("a", Dtype.U8, 3));

    @TempDir
    Path folder;

    private FileSystem zip() throws IOException {
        URI archive = URI.create("jar:" + folder.resolve("archive.zip").toUri());
        return FileSystems.newFileSystem(archive, Map.of("create", "true"));
    }

    private static void write(Path target, int value) {
        try (SafetensorsWriter writer = SafetensorsWriter.create(target, TENSORS, Map.of())) {
            writer.write("a", ByteBuffer.wrap(new byte[] {1, 2, (byte) value}));
            writer.commit();
        }
    }

    @Test
    void areWrittenToAndReadFrom() throws IOException {
        try (FileSystem zip = zip()) {
            Path target = zip.getPath("/out.safetensors");
            write(target, 3);
            write(target, 4);
            try (Stream<Path> files = Files.list(zip.getPath("/"));
                    SafetensorsFile file = SafetensorsFile.open(target)) {
                assertThat(files).containsExactly(target);
                ByteBuffer content = ByteBuffer.allocate(3);
                file.tensor("a").read(0, content);
                assertThat(content.array()).containsExactly(1, 2, 4);
            }
        }
    }

    @Test
    void areNotMapped() throws IOException {
        try (FileSystem zip = zip()) {
            Path target = zip.getPath("/out.safetensors");
            write(target, 3);
            try (SafetensorsFile file = SafetensorsFile.open(target)) {
                SafetensorsException refused = catchThrowableOfType(
                        SafetensorsException.class, () -> file.tensor("a").slice());
                assertThat(refused.reason()).isEqualTo(Reason.IO);
                assertThat(refused).hasMessageContaining("cannot map files");
            }
        }
    }
}
