package io.github.sae4j.analysis.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The most memory that this process had at a time, where the system (Linux) tells.
 *
 * <pre>{@code
 * PeakMemory memory = PeakMemory.fromNow();
 * Evaluation evaluation = Evaluation.of(reader, sae, 1024);
 * memory.bytes().ifPresent(most -> System.out.println(most / 1_000_000 + " MB"));
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class PeakMemory {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path RESET = Path.of("/proc/self/clear_refs");
    private static final String PEAK = "VmHWM:";

    /** The serial collector gives free memory back in steps, all of it with the fourth full collection. */
    private static final int COLLECTIONS = 4;

    private final boolean known;

    private PeakMemory(boolean known) {
        this.known = known;
    }

    /** Forgets what was used before, garbage too, so that only what follows counts. */
    public static PeakMemory fromNow() {
        for (int collection = 0; collection < COLLECTIONS; collection++) {
            System.gc();
        }
        try {
            Files.writeString(RESET, "5", StandardOpenOption.WRITE);
            return new PeakMemory(true);
        } catch (IOException e) {
            return new PeakMemory(false);
        }
    }

    /** Counts all that was used since the process began. */
    public static PeakMemory ofProcess() {
        return new PeakMemory(Files.isReadable(STATUS));
    }

    /** Returns the most bytes that were resident since, or nothing if that is not known. */
    public OptionalLong bytes() {
        if (!known) {
            return OptionalLong.empty();
        }
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(PEAK))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
