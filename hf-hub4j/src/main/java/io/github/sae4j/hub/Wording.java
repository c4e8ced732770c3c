package io.github.sae4j.hub;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How messages write sizes and times. */
final class Wording {

    private static final String[] UNITS = {"kB", "MB", "GB", "TB", "PB", "EB"};

    private Wording() {}

    /** Returns a size with its exact number of bytes, and from 1 kB on rounded as well: {@code 604.0 MB (603979776 bytes)}. */
    static String bytes(long bytes) {
        double value = bytes;
        int unit = -1;
        while (value >= 1000 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return unit < 0
                ? bytes + " bytes"
                : String.format(Locale.ROOT, "%.1f %s (%d bytes)", value, UNITS[unit], bytes);
    }

    /** Returns what a failure says of itself, or else its kind: Java's client gives no message where nobody listens. */
    static String reason(Exception failure) {
        @Nullable String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    /** Returns a time in seconds, with milliseconds if it is not a whole number of them. */
    static String duration(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + " s" : String.format(Locale.ROOT, "%.3f s", millis / 1000.0);
    }
}
