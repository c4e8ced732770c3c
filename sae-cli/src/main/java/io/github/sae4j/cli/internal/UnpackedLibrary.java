package io.github.sae4j.cli.internal;

import ai.djl.util.Utils;
import io.github.sae4j.analysis.internal.report.Quantity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Where DJL has put libtorch's files, which come packed in a jar and take more room than all else. */
final class UnpackedLibrary {

    private UnpackedLibrary() {}

    /** Says where they are and how large, if they are where DJL puts them. */
    static Optional<String> note() {
        Path folder = Utils.getEngineCacheDir("pytorch");
        return Files.isDirectory(folder)
                ? Optional.of("libtorch is not in this cache: DJL has unpacked it into " + folder + " (" + size(folder)
                        + "); DJL_CACHE_DIR names another place")
                : Optional.empty();
    }

    /** Returns the size of all files below a folder, in words. */
    static String size(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return Quantity.bytes(files.mapToLong(
                            file -> file.toFile().isFile() ? file.toFile().length() : 0)
                    .sum());
        } catch (IOException | UncheckedIOException e) {
            return "of a size that is not known";
        }
    }
}
