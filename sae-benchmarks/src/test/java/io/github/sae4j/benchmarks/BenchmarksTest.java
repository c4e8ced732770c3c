package io.github.sae4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.core.SparseFeatures;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What JMH measures does the work that it is named for. */
class BenchmarksTest {

    @TempDir
    private Path folder;

    private BenchmarkData data;

    @BeforeEach
    void makeData() {
        data = new BenchmarkData(folder, 64, 512, 8, 20);
    }

    @Test
    void encodesTheTokens() {
        EncodeBenchmark benchmark = new EncodeBenchmark();
        benchmark.data = data;
        benchmark.tokens = 7;
        benchmark.weights = "float32";
        benchmark.open();

        SparseFeatures features = benchmark.encode();

        benchmark.close();
        assertThat(features.shape()).containsExactly(7, 512);
        assertThat(features.l0()).isBetween(4.0, 12.0);
    }

    @Test
    void encodesABatchInEveryWayAndDecodes() {
        BatchBenchmark benchmark = new BatchBenchmark();
        benchmark.data = data;
        benchmark.tokens = 9;
        benchmark.open();

        long dense = benchmark.encodeDense();
        SparseFeatures strongest = benchmark.encodeTopK();
        float[][] decoded = benchmark.decodeSparse();

        benchmark.close();
        assertThat(dense).isEqualTo(9 * 512);
        assertThat(strongest.l0()).isBetween(4.0, 12.0);
        assertThat(decoded).hasDimensions(9, 64);
    }
}
