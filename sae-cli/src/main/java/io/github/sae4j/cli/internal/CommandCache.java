package io.github.sae4j.cli.internal;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The user's folder in which the command and its start script keep what lets later ones start sooner. */
final class CommandCache {

    private CommandCache() {}

    /** Returns the folder of this user, which need not be there yet; nothing if the user has no place for it. */
    static Optional<Path> folder() {
        return folder(System.getenv(), System.getProperty("user.home", ""));
    }

    static Optional<Path> folder(Map<String, String> environment, String home) {
        @Nullable String cache = environment.get("XDG_CACHE_HOME");
        try {
            Path folder = cache == null || cache.isEmpty() ? Path.of(home, ".cache") : Path.of(cache);
            // Java calls the home of a user without one "?".
            return folder.isAbsolute() ? Optional.of(folder.resolve("sae4j")) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
