package io.github.sae4j.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The most memory of this process that was resident at once, where the system tells. */
final class PeakMemory {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String LABEL = "VmHWM:";

    private PeakMemory() {}

    /** Returns the bytes, pages of mapped files included; empty where there is no {@code /proc}. */
    static OptionalLong bytes() {
        if (!Files.isReadable(STATUS)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(LABEL))
                    .map(line -> line.substring(LABEL.length()).strip().split(" ", -1)[0])
                    .mapToLong(kilobytes -> 1024 * Long.parseLong(kilobytes))
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
