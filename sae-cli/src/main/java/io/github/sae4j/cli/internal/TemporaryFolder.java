package io.github.sae4j.cli.internal;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.internal.files.ShutdownGuard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder of the system's temporary folder that is gone when it is closed or the process ends. */
final class TemporaryFolder implements AutoCloseable {

    private final Path path;
    private final ShutdownGuard guard;

    private TemporaryFolder(Path path) {
        this.path = path;
        this.guard = ShutdownGuard.of(() -> deleteWhatCanBe(path));
    }

    static TemporaryFolder create(String prefix) {
        return new TemporaryFolder(lasting(prefix));
    }

    /** Makes a folder that is left to the user and the system's own cleaning. */
    static Path lasting(String prefix) {
        try {
            return Files.createTempDirectory(prefix);
        } catch (IOException e) {
            throw DataException.of(
                    DataException.Reason.UNWRITABLE,
                    Path.of(System.getProperty("java.io.tmpdir")),
                    "no temporary folder can be made in it",
                    e);
        }
    }

    Path path() {
        return path;
    }

    /** Windows keeps a mapped file until the process is over; the system's own cleaning takes what stays behind. */
    private static void deleteWhatCanBe(Path folder) {
        try (Stream<Path> walk = Files.walk(folder)) {
            List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
        }
    }

    @Override
    public void close() {
        deleteWhatCanBe(path);
        guard.close();
    }
}
