package io.github.sae4j.core.internal.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheShareTest {

    @TempDir
    private Path folder;

    @Test
    void isThePartOfOneOfTheThreadsThatShareACache() throws IOException {
        cache(0, "1", "Data", "48K", "0,64");
        cache(1, "1", "Instruction", "32K", "0,64");
        cache(2, "2", "Unified", "2048K", "0-3");
        cache(3, "3", "Unified", "32768K", "0-63,64-127");
        assertThat(CacheShare.of(folder)).isEqualTo(share(24 << 10, 512 << 10));
    }

    @Test
    void isNotToldWhereTheSystemHasNoSuchFolder() {
        assertThat(CacheShare.of(folder.resolve("none")))
                .isEqualTo(new CacheShare(OptionalLong.empty(), OptionalLong.empty()));
    }

    @Test
    void isNotToldByWhatIsNotUnderstood() throws IOException {
        cache(0, "1", "Data", "many", "0");
        cache(1, "2", "Unified", "1024K", "all");
        cache(2, "2", "Unified", "0K", "0");
        cache(3, "2", "Unified", "1024K", "3-0");
        Files.createDirectory(folder.resolve("index4"));
        assertThat(CacheShare.of(folder)).isEqualTo(new CacheShare(OptionalLong.empty(), OptionalLong.empty()));
    }

    private static CacheShare share(long first, long second) {
        return new CacheShare(OptionalLong.of(first), OptionalLong.of(second));
    }

    private void cache(int index, String level, String type, String size, String threads) throws IOException {
        Path cache = Files.createDirectory(folder.resolve("index" + index));
        Files.writeString(cache.resolve("level"), level + "\n");
        Files.writeString(cache.resolve("type"), type + "\n");
        Files.writeString(cache.resolve("size"), size + "\n");
        Files.writeString(cache.resolve("shared_cpu_list"), threads + "\n");
    }
}
