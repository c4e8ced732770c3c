package io.github.sae4j.core.internal.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.core.internal.host.WorkerPool;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The loops over vectors take over, and no thread but those of the pool and the caller has a part in it. */
class WarmUpTest {

    private static final long LARGE = 1 << 24;

    /** More steps than the longest warm-up has. */
    private static final int STEPS = 400;

    private final StoredMatrix stored = new StoredMatrix(
            WeightMatrix.of(WeightType.BFLOAT16, 8, 1024, List.of(ByteBuffer.allocateDirect(8 * 1024 * Short.BYTES))));
    private final WarmUp warmUp = new WarmUp();

    @Test
    void isDoneByTheCallerOfAPoolWithoutHelpers() {
        try (WorkerPool pool = new WorkerPool(1)) {
            requireOverByCalls(pool);
        }
    }

    @Test
    void isDoneByTheCallerOfAClosedPool() {
        WorkerPool pool = new WorkerPool(2);
        pool.close();
        requireOverByCalls(pool);
    }

    @Test
    void isDoneByAHelperWithoutFurtherCalls() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(2)) {
            Set<Thread> before = threads();
            warmUp.goOn(stored, pool);
            warmUp.goOn(stored, pool);
            assertThat(threads()).isEqualTo(before);
            for (int waited = 0; warmUp.isPlain(LARGE) && waited < STEPS; waited++) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            assertThat(warmUp.isPlain(LARGE)).isFalse();
        }
    }

    @Test
    void goesOnWithThePoolOfTheNextCall() {
        WorkerPool ended = new WorkerPool(2);
        warmUp.goOn(stored, ended);
        warmUp.goOn(stored, ended);
        ended.close();
        try (WorkerPool pool = new WorkerPool(1)) {
            requireOverByCalls(pool);
        }
    }

    @Test
    void isOfLargeEncodersOnly() {
        assertThat(warmUp.isPlain(LARGE)).isTrue();
        assertThat(warmUp.isPlain(LARGE - 1)).isFalse();
    }

    private void requireOverByCalls(WorkerPool pool) {
        Set<Thread> before = threads();
        for (int call = 0; warmUp.isPlain(LARGE) && call < STEPS; call++) {
            warmUp.goOn(stored, pool);
            assertThat(before).containsAll(threads());
        }
        assertThat(warmUp.isPlain(LARGE)).isFalse();
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("sae4j"))
                .collect(Collectors.toSet());
    }
}
