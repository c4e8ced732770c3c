package io.github.sae4j.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandCacheTest {

    @TempDir
    Path folder;

    @Test
    void isWhereTheEnvironmentSaysOrInTheUsersHome() {
        String home = folder.resolve("home").toString();
        String cache = folder.resolve("cache").toString();

        assertThat(CommandCache.folder(Map.of("XDG_CACHE_HOME", cache), home)).contains(folder.resolve("cache/sae4j"));
        assertThat(CommandCache.folder(Map.of("XDG_CACHE_HOME", ""), home))
                .contains(folder.resolve("home/.cache/sae4j"));
        assertThat(CommandCache.folder(Map.of(), home)).contains(folder.resolve("home/.cache/sae4j"));
    }

    @Test
    void isNowhereInTheFolderThatTheCommandRunsIn() {
        assertThat(CommandCache.folder(Map.of(), "?")).isEmpty();
        assertThat(CommandCache.folder(Map.of(), "")).isEmpty();
        assertThat(CommandCache.folder(Map.of("XDG_CACHE_HOME", "cache"), folder.toString()))
                .isEmpty();
    }
}
