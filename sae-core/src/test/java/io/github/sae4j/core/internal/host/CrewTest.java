package io.github.sae4j.core.internal.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class CrewTest {

    private static final int PARTS = 1000;

    private static final class Counting extends Crew.Work {

        private final AtomicIntegerArray done = new AtomicIntegerArray(PARTS);

        @Override
        protected void part(int slot, int part) {
            assertThat(slot).isBetween(0, Crew.size() - 1);
            done.incrementAndGet(part);
        }
    }

    private static final class Failing extends Crew.Work {

        private final RuntimeException failure;

        private Failing(RuntimeException failure) {
            this.failure = failure;
        }

        @Override
        protected void part(int slot, int part) {
            if (part == 3) {
                throw failure;
            }
        }
    }

    @Test
    void doesEveryPartOnceHoweverOftenItRuns() {
        Counting work = new Counting();
        for (int run = 1; run <= 200; run++) {
            Crew.run(work, PARTS, Crew.size());
            for (int part = 0; part < PARTS; part++) {
                assertThat(work.done.get(part)).isEqualTo(run);
            }
        }
    }

    @Test
    void servesManyCallersAtOnce() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int caller = 0; caller < 8; caller++) {
                all.add(callers.submit(this::doesEveryPartOnceHoweverOftenItRuns));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void givesTheCallerWhatAPartThrewAndGoesOnWorking() {
        RuntimeException failure = new IllegalStateException("part 3");
        for (int run = 0; run < 50; run++) {
            assertThatThrownBy(() -> Crew.run(new Failing(failure), PARTS, Crew.size()))
                    .isSameAs(failure);
        }
        doesEveryPartOnceHoweverOftenItRuns();
    }

    @Test
    void keepsTheInterruptOfItsCaller() {
        Thread.currentThread().interrupt();
        doesEveryPartOnceHoweverOftenItRuns();
        assertThat(Thread.interrupted()).isTrue();
    }
}
