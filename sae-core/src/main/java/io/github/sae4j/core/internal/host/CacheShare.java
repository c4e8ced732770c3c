package io.github.sae4j.core.internal.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * How much of the caches a hardware thread of this machine has to itself: threads that share a cache have equal parts of it.
 *
 * @param first bytes of the first data cache, if the system (Linux) tells
 * @param second bytes of the second cache, likewise
 */
public record CacheShare(OptionalLong first, OptionalLong second) {

    /** All threads compute the same, so the first one's caches stand for all. */
    private static final Path FIRST_THREAD = Path.of("/sys/devices/system/cpu/cpu0/cache");

    /** Returns that of this machine, which is looked up once. */
    public static CacheShare here() {
        return Here.SHARE;
    }

    private static final class Here {

        private static final CacheShare SHARE = share();

        private static CacheShare share() {
            try {
                return of(FIRST_THREAD);
            } catch (SecurityException e) {
                return new CacheShare(OptionalLong.empty(), OptionalLong.empty());
            }
        }
    }

    /** Reads what Linux tells of a hardware thread's caches: a folder {@code index0}, {@code index1} and so on for each. */
    static CacheShare of(Path folder) {
        OptionalLong first = OptionalLong.empty();
        OptionalLong second = OptionalLong.empty();
        for (int index = 0; Files.isDirectory(folder.resolve("index" + index)); index++) {
            Path cache = folder.resolve("index" + index);
            try {
                String level = text(cache, "level");
                if (text(cache, "type").equals("Instruction")) {
                    continue;
                }
                if (level.equals("1")) {
                    first = share(cache);
                } else if (level.equals("2")) {
                    second = share(cache);
                }
            } catch (IOException | NumberFormatException e) {
                // Written in a way that is not known, and so as good as not told.
            }
        }
        return new CacheShare(first, second);
    }

    private static OptionalLong share(Path cache) throws IOException {
        String size = text(cache, "size");
        if (!size.endsWith("K")) {
            throw new NumberFormatException(size);
        }
        long bytes = 1024L * Integer.parseInt(size, 0, size.length() - 1, 10);
        int threads = threads(text(cache, "shared_cpu_list"));
        return bytes > 0 && threads > 0 ? OptionalLong.of(bytes / threads) : OptionalLong.empty();
    }

    /** Counts the threads of a list such as {@code 0-1,4}. */
    private static int threads(String list) {
        int threads = 0;
        for (String range : list.split(",", -1)) {
            int dash = range.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
            threads += 1 + Integer.parseInt(range.substring(dash + 1)) - first;
        }
        return threads;
    }

    private static String text(Path cache, String name) throws IOException {
        return Files.readString(cache.resolve(name)).strip();
    }
}
