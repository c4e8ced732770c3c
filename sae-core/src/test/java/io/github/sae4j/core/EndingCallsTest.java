package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls end early when their thread is interrupted or the SAE must close; threads may be the caller's own. */
class EndingCallsTest {

    private static final int D_SAE = 256;

    /** 5 million values of 20 µs and more would take a minute and more, and 20 s on very many threads. */
    private static final float[][] MANY = new float[20_000][16];

    private static SparseAutoencoder open(SlowRule rule, Kernel kernel) {
        TinySae tiny = TinySae.of(16, D_SAE);
        return tiny.builder().activation(rule).kernel(kernel).build();
    }

    @ParameterizedTest
    @EnumSource(names = {"VECTOR", "PLAIN"})
    @Timeout(300)
    void anInterruptedThreadGetsItsCallBackAndStaysInterrupted(Kernel kernel) throws Exception {
        SlowRule slow = SlowRule.forAllValues(20, D_SAE);
        try (SparseAutoencoder sae = open(slow, kernel)) {
            ExecutorService threads = Executors.newSingleThreadExecutor();
            Future<Boolean> interrupted = threads.submit(() -> {
                assertThatThrownBy(() -> sae.encode(MANY))
                        .isInstanceOfSatisfying(
                                SaeException.class,
                                e -> assertThat(e.reason()).isEqualTo(SaeException.Reason.INTERRUPTED));
                return Thread.currentThread().isInterrupted();
            });
            slow.awaitFirst();
            threads.shutdownNow();
            assertThat(interrupted.get()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"VECTOR", "PLAIN"})
    @Timeout(300)
    void closingWithinATimeEndsLongerCalls(Kernel kernel) throws Exception {
        SlowRule slow = SlowRule.forAllValues(20, D_SAE);
        SparseAutoencoder sae = open(slow, kernel);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<SparseFeatures> call = threads.submit(() -> sae.encode(MANY));
            slow.awaitFirst();
            sae.close(Duration.ofMillis(50));
            assertThatThrownBy(call::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            SaeException.class, e -> assertThat(e.reason()).isEqualTo(SaeException.Reason.CLOSED));
            assertThatThrownBy(() -> sae.encode(new float[16])).isInstanceOf(IllegalStateException.class);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void closingWithinATimeLeavesShortCallsToEnd() {
        SparseAutoencoder sae = TinySae.of(16, 64).open();
        SparseAutoencoder view = sae.foldDecoderNorms();
        sae.close(ChronoUnit.FOREVER.getDuration());
        assertThat(view.encode(new float[16]).tokens()).isOne();
        view.close();
    }

    @Test
    void aRuntimeHasTheThreadsThatItWasGiven() {
        TinySae tiny = TinySae.of(64, 4096);
        float[][] x = tiny.activations(300, 1);
        SaeRuntime runtime = SaeRuntime.ofThreads(3);
        try (SparseAutoencoder shared = tiny.open();
                SparseAutoencoder sae = tiny.builder().runtime(runtime).build()) {
            assertThat(runtime.threads()).isEqualTo(3);
            SparseFeatures expected = shared.encode(x);
            assertThat(sae.encode(x)).isEqualTo(expected);
            runtime.close();
            assertThat(sae.encode(x)).isEqualTo(expected);
            assertThatThrownBy(() -> tiny.builder().runtime(runtime).build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("This runtime is closed already.");
        }
        assertThatThrownBy(() -> SaeRuntime.ofThreads(0))
                .hasMessage("A runtime needs at least 1 thread, which is the caller's, but is given 0.");
        SaeRuntime.shared().close();
        assertThat(SaeRuntime.shared().threads()).isPositive();
    }
}
