package io.github.sae4j.benchmarks;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Encoding a batch of tokens to sparse features: from one token, bound by reading the weights, to thousands. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class EncodeBenchmark {

    /** How many tokens a call encodes. */
    @Param({"1", "4", "16", "64", "128", "512", "2048"})
    public int tokens = 1;

    /** How the weights are stored. */
    @Param({"bfloat16", "float32"})
    public String weights = "bfloat16";

    /** What does the arithmetic. */
    @Param({"vector", "torchscript"})
    public String kernel = "default";

    /** What to run on. */
    BenchmarkData data = BenchmarkData.fullSize();

    private SparseAutoencoder sae;
    private float[][] activations;

    /** Opens the SAE. */
    @Setup
    public void open() {
        sae = BenchmarkData.loader(data.sae(weights), kernel).open();
        activations = Arrays.copyOf(BenchmarkData.read(data.activations()), tokens);
    }

    /** Closes the SAE. */
    @TearDown
    public void close() {
        sae.close();
    }

    /** Encodes the tokens. */
    @Benchmark
    public SparseFeatures encode() {
        return sae.encode(activations);
    }
}
