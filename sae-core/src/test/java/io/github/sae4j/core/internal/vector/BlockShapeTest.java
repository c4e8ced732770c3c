package io.github.sae4j.core.internal.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.core.internal.host.CacheShare;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Panels grow with the second cache, and stay within it. */
class BlockShapeTest {

    @ParameterizedTest
    @CsvSource({
        "128, 512, 128",
        "256, 512, 128",
        "512, 1024, 128",
        "1024, 2048, 256",
        "1280, 2048, 256",
        "2048, 2048, 512",
        "65536, 2048, 512",
        ", 2048, 256"
    })
    void followsFromTheSecondCache(Integer kibibytes, int flat, int deep) {
        CacheShare caches = new CacheShare(
                OptionalLong.empty(), kibibytes == null ? OptionalLong.empty() : OptionalLong.of(kibibytes * 1024L));
        assertThat(BlockShape.flat(caches)).isEqualTo(new BlockShape(flat, 64));
        assertThat(BlockShape.deep(caches)).isEqualTo(new BlockShape(deep, 256));
    }
}
