package io.github.sae4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much memory a hostile header can make the parser take: a bounded multiple of the bytes that are really there. */
class HeaderMemoryTest {

    /** A parser with its buffers, and an exception with its stack. */
    private static final long FIXED_BYTES = 64 * 1024;

    /** All that is allocated on the way, most of it garbage at once; the worst case is a shape of one-digit numbers. */
    private static final long BYTES_PER_BYTE = 48;

    private static final String NO_BYTES = "\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]";

    private ThreadMXBean threads;

    @BeforeEach
    void countAllocatedBytes() {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean counting
                        && counting.isThreadAllocatedMemorySupported(),
                "This JVM does not count the bytes that a thread allocates.");
        threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    }

    private long allocatedFor(FileImage image) {
        // The first run of any code allocates for its classes and call sites too.
        parse(image);
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        parse(image);
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    }

    private static void parse(FileImage image) {
        try {
            assertThat(image.parse()).isNotNull();
        } catch (SafetensorsException refused) {
            assertThat(refused.reason()).isNotNull();
        }
    }

    private void assertBounded(String header) {
        FileImage image = FileImage.of(header, 0);
        assertThat(allocatedFor(image)).isLessThan(FIXED_BYTES + BYTES_PER_BYTE * image.length());
    }

    private static String repeated(int count, IntFunction<String> part) {
        return IntStream.range(0, count).mapToObj(part).collect(Collectors.joining(","));
    }

    @ParameterizedTest
    @ValueSource(longs = {1000, 100_000_000, 100_000_001, 1L << 40, Long.MAX_VALUE, -1})
    void isNotTakenForAClaim(long claimed) {
        FileImage image = FileImage.ofClaim(claimed, "{}".getBytes(StandardCharsets.UTF_8), 0);
        assertThat(allocatedFor(image)).isLessThan(FIXED_BYTES);
    }

    @Test
    void isBoundedForManyTensors() {
        assertBounded("{" + repeated(20_000, i -> "\"" + i + "\":{" + NO_BYTES + "}") + "}");
    }

    @Test
    void isBoundedForManyTensorsThatShareBytes() {
        assertBounded("{"
                + repeated(20_000, i -> "\"" + i + "\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}") + "}");
    }

    @Test
    void isBoundedForManyMetadata() {
        assertBounded("{\"__metadata__\":{" + repeated(100_000, i -> "\"" + i + "\":\"\"") + "}}");
    }

    @Test
    void isBoundedForManyDimensions() {
        assertBounded(
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[" + repeated(500_000, i -> "0") + "],\"data_offsets\":[0,0]}}");
        assertBounded(
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[" + repeated(500_000, i -> "9") + "],\"data_offsets\":[0,0]}}");
    }

    @Test
    void isBoundedForManyOffsets() {
        assertBounded(
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[" + repeated(500_000, i -> "0") + "]}}");
    }

    @Test
    void isBoundedForLongNames() {
        assertBounded("{\"" + "a".repeat(1_000_000) + "\":{" + NO_BYTES + "}}");
        assertBounded("{\"" + "\\u00e9".repeat(200_000) + "\":{" + NO_BYTES + "}}");
        assertBounded("{\"" + "é".repeat(500_000) + "\":{\"dtype\":\"" + "x".repeat(500_000) + "\"}}");
    }

    @Test
    void isBoundedForFieldsThatAreIgnored() {
        assertBounded("{\"a\":{\"x\":[" + repeated(100_000, i -> "[{\"y\":1.5}]") + "]," + NO_BYTES + "}}");
        assertBounded("{\"a\":{\"x\":" + "[".repeat(1_000_000));
        assertBounded("{\"a\":{\"x\":" + "9".repeat(1_000_000) + "}}");
    }
}
