package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharingTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {ForkedJvm.VECTORS, "-Dwithout.vectors"})
    void manyThreadsGetTheSameAnswersAndLeaveNothingBehind(String option) throws IOException, InterruptedException {
        ForkedJvm jvm = ForkedJvm.run(folder, Soak.class, option, "-Xms192m", "-Xmx192m", "-XX:+AlwaysPreTouch");
        assertThat(jvm.exitCode()).describedAs(jvm.output()).isZero();
        if (!option.equals(ForkedJvm.VECTORS)) {
            assertThat(figure(jvm, "live arrays")).isPositive();
        }
        assertThat(figure(jvm, "wrong answers")).isZero();
        assertThat(figure(jvm, "more arrays")).isZero();
        assertThat(figure(jvm, "more resident KiB")).isLessThan(Soak.GROWN);
    }

    private static long figure(ForkedJvm jvm, String name) {
        Matcher matcher = Pattern.compile(name + ": (-?\\d+)").matcher(jvm.output());
        assertThat(matcher.find()).describedAs(jvm.output()).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    @Test
    void closingWaitsForCallsThatRunAndRefusesLaterOnes() throws Exception {
        TinySae tiny = TinySae.of(32, 700);
        float[][] activations = tiny.activations(40, 1);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 20; round++) {
                SparseAutoencoder sae = tiny.open();
                int expected = sae.encode(activations).activeCount();
                CountDownLatch running = new CountDownLatch(4);
                List<Future<IllegalStateException>> ends = new ArrayList<>();
                for (int thread = 0; thread < 4; thread++) {
                    ends.add(threads.submit(() -> encodeUntilRefused(sae, activations, expected, running)));
                }
                running.await();
                sae.close();
                for (Future<IllegalStateException> end : ends) {
                    assertThat(end.get()).hasMessage("This SAE is closed already.");
                }
                assertThatThrownBy(() -> sae.encode(activations)).isInstanceOf(IllegalStateException.class);
            }
        } finally {
            threads.shutdown();
        }
    }

    private static IllegalStateException encodeUntilRefused(
            SparseAutoencoder sae, float[][] activations, int expected, CountDownLatch running) {
        try {
            while (true) {
                assertThat(sae.encode(activations).activeCount()).isEqualTo(expected);
                running.countDown();
            }
        } catch (IllegalStateException e) {
            return e;
        }
    }
}
