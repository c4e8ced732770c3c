package io.github.sae4j.benchmarks;

import io.github.sae4j.core.FeatureSet;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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

/** Encoding one token to some of its features, beside encoding it to all. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class FeatureSetBenchmark {

    /** How many features are asked for, spread over all. */
    @Param({"1", "20", "200"})
    public int features = 20;

    /** How the weights are stored. */
    @Param({"bfloat16", "float32"})
    public String weights = "bfloat16";

    private SparseAutoencoder sae;
    private FeatureSet some;
    private float[] activation;

    /** Opens the SAE, and packs the features. */
    @Setup
    public void open() {
        BenchmarkData data = BenchmarkData.fullSize();
        sae = BenchmarkData.loader(data.sae(weights), "vector").open();
        activation = BenchmarkData.read(data.activations())[0];
        int step = sae.config().dSae() / features;
        some = sae.featureSet(
                IntStream.range(0, features).map(index -> index * step).toArray());
    }

    /** Closes the SAE. */
    @TearDown
    public void close() {
        sae.close();
    }

    /** Encodes the token to all features. */
    @Benchmark
    public SparseFeatures all() {
        return sae.encode(activation);
    }

    /** Encodes the token to some features. */
    @Benchmark
    public SparseFeatures some() {
        return sae.encode(activation, some);
    }
}
