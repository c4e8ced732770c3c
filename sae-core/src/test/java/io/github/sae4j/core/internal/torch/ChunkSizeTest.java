package io.github.sae4j.core.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is encoded at once fits into the memory that is free. */
class ChunkSizeTest {

    private static final long GIB = 1L << 30;

    @ParameterizedTest
    @CsvSource({"3072, 49152, 0", "3072, 49152, 64", "2304, 16384, 0", "768, 1000, 0", "4096, 1048576, 4000"})
    void takesHalfOfTheFreeMemoryAtMostForProductsAndInput(int dIn, int dSae, int most) {
        for (long free = 64L << 20; free <= 80 * GIB; free *= 2) {
            ChunkSize size = ChunkSize.fitting(free, dIn, dSae, most, Math.min(dSae, 8192));
            long float32Products = 4L * size.tokens() * size.features();
            long input = 4L * size.tokens() * dIn;
            assertThat(float32Products + input).isLessThanOrEqualTo(free / 2);
            assertThat(size.tokens()).isBetween(1, 4096);
            assertThat(size.features()).isBetween(Math.min(dSae, 1024), Math.min(dSae, 8192));
        }
    }

    @Test
    void growsWithTheFreeMemory() {
        ChunkSize little = ChunkSize.fitting(GIB / 32, 3072, 49152, 0, 8192);
        ChunkSize much = ChunkSize.fitting(70 * GIB, 3072, 49152, 0, 8192);
        assertThat(little.features()).isLessThan(much.features());
        assertThat(little.tokens()).isLessThan(much.tokens());
        assertThat(much).isEqualTo(new ChunkSize(4096, 8192));
    }

    @Test
    void leavesATokenWhereNothingIsFree() {
        assertThat(ChunkSize.fitting(0, 3072, 49152, 64, 8192)).isEqualTo(new ChunkSize(1, 1024));
    }

    @Test
    void keepsWhatCrossesTheBusAtOnceBelowTwoGibibytesEvenIfAllIsActive() {
        int dSae = 1 << 20;
        ChunkSize size = ChunkSize.fitting(80 * GIB, 4096, dSae, 0, 8192);
        long bytes = 4 * (size.tokens() + 1 + 2L * size.tokens() * dSae);
        assertThat(bytes).isBetween(1L << 30, (long) Integer.MAX_VALUE);
        assertThat(ChunkSize.fitting(80 * GIB, 4096, dSae, 64, 8192).tokens()).isEqualTo(4096);
    }

    @Test
    void doesNotDependOnMemoryOnTheCpu() {
        assertThat(ChunkSize.of(Device.cpu(), 3072, 49152, 0)).isEqualTo(new ChunkSize(1024, 512));
    }
}
