package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A prepared SAE computes with as many threads as its runtime has, libtorch's among them. */
@EnabledOnOs(OS.LINUX)
class PreparedThreadsTest {

    private static final Path TASKS = Path.of("/proc/self/task");

    @Test
    void areNoMoreThanThoseOfTheRuntime() {
        TinySae tiny =
                TinySae.of(TinySae.config(512, 8192, Normalization.NONE, Reshape.NONE, true), WeightType.BFLOAT16);
        float[][] x = tiny.activations(64, 1);
        try (SaeRuntime one = SaeRuntime.ofThreads(1);
                SaeRuntime two = SaeRuntime.ofThreads(2);
                SparseAutoencoder narrow = open(tiny, one);
                SparseAutoencoder wide = open(tiny, two)) {
            assumeThat(threadsOf(wide, x, "two-caller")).isEqualTo(2);
            assertThat(threadsOf(narrow, x, "one-caller")).isOne();
            assertThat(threadsOf(wide, x, "two-again")).isEqualTo(2);
        }
    }

    private static SparseAutoencoder open(TinySae tiny, SaeRuntime runtime) {
        return tiny.builder()
                .kernel(Kernel.VECTOR)
                .prepared(true)
                .runtime(runtime)
                .build();
    }

    /** Encodes on a new thread; threads that libtorch starts for it have its name. */
    private static long threadsOf(SparseAutoencoder sae, float[][] x, String name) {
        ExecutorService caller = Executors.newSingleThreadExecutor(work -> new Thread(work, name));
        try {
            return CompletableFuture.supplyAsync(
                            () -> {
                                sae.encode(x);
                                return named(name);
                            },
                            caller)
                    .join();
        } finally {
            caller.shutdown();
        }
    }

    private static long named(String name) {
        try (Stream<Path> tasks = Files.list(TASKS)) {
            return tasks.filter(task -> nameOf(task).equals(name)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A thread may have ended since it was listed. */
    private static String nameOf(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
