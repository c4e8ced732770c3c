package io.github.sae4j.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
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

/** What else is done with a batch of 512 tokens: a dense result, the 64 strongest features, and decoding. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class BatchBenchmark {

    /** How many tokens a call takes. */
    @Param("512")
    public int tokens = 512;

    /** How the weights are stored. */
    @Param({"bfloat16", "float32"})
    public String weights = "bfloat16";

    /** What does the arithmetic. */
    @Param({"vector", "torchscript"})
    public String kernel = "default";

    /** What to run on. */
    BenchmarkData data = BenchmarkData.fullSize();

    private SparseAutoencoder sae;
    private SparseAutoencoder topK;
    private NDManager manager;
    private float[][] activations;
    private NDArray array;
    private SparseFeatures features;

    /** Opens the SAE, and opens it once more as one that keeps the 64 strongest features. */
    @Setup
    public void open() {
        sae = BenchmarkData.loader(data.sae(weights), kernel).open();
        topK = BenchmarkData.loader(data.sae(weights), kernel)
                .override("architecture", "topk")
                .override("k", 64)
                .open();
        manager = sae.newManager();
        activations = Arrays.copyOf(BenchmarkData.read(data.activations()), tokens);
        array = manager.create(activations);
        features = sae.encode(activations);
    }

    /** Closes what was opened. */
    @TearDown
    public void close() {
        manager.close();
        topK.close();
        sae.close();
    }

    /** Encodes to a dense array, whose memory is given back within the call. */
    @Benchmark
    public long encodeDense() {
        try (NDArray dense = sae.encodeDense(array)) {
            return dense.size();
        }
    }

    /** Encodes to the strongest features. */
    @Benchmark
    public SparseFeatures encodeTopK() {
        return topK.encode(activations);
    }

    /** Decodes the features that encoding found. */
    @Benchmark
    public float[][] decodeSparse() {
        return sae.decode(features);
    }
}
