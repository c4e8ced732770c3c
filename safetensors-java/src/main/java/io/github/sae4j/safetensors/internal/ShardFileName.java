package io.github.sae4j.safetensors.internal;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The rule for file names that an index may give: they lead to a file inside the index's own folder, on every operating
 * system alike.
 */
public final class ShardFileName {

    private static final Pattern DRIVE = Pattern.compile("^[A-Za-z]:.*", Pattern.DOTALL);
    private static final Pattern WINDOWS_DEVICE = Pattern.compile(
            "(?:CON|PRN|AUX|NUL|CONIN\\$|CONOUT\\$|(?:COM|LPT)[0-9¹²³])[ ]*(?:\\..*)?",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private ShardFileName() {}

    /**
     * Returns why a name is not safe to open.
     *
     * @param name a relative path with forward slashes
     * @return half a sentence, or empty if the name is safe
     */
    public static Optional<String> objection(String name) {
        if (name.isEmpty()) {
            return Optional.of("it is empty");
        }
        if (name.indexOf('\\') >= 0) {
            return Optional.of("it has a backslash, which separates folders on Windows only");
        }
        if (!Quoted.isUnicode(name)
                || name.chars().anyMatch(c -> Character.isISOControl(c) || "<>\"|?*".indexOf(c) >= 0)) {
            return Optional.of("it has characters that file names on Windows cannot have");
        }
        if (name.startsWith("/")) {
            return Optional.of("it is absolute");
        }
        for (String segment : name.split("/", -1)) {
            if (DRIVE.matcher(segment).matches()) {
                return Optional.of("it names a drive");
            }
            if (segment.indexOf(':') >= 0) {
                return Optional.of("it has a colon, which names a stream of a file on Windows");
            }
            // Windows drops dots and spaces at the end, so that ".. " is ".." there.
            if (segment.replaceAll("[. ]+$", "").isEmpty()) {
                return Optional.of("it leads out of its folder or has an empty part");
            }
            if (WINDOWS_DEVICE.matcher(segment).matches()) {
                return Optional.of("it names a device of Windows");
            }
        }
        return Optional.empty();
    }
}
