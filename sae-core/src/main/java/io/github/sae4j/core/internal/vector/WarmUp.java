package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.GROUP;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether one token is still multiplied by {@link PlainRows}, because Java has not compiled {@link RowSums} yet. Until it
 * has, each vector is an object and what is done with it a dozen of calls, and Java compiles all of those before the loop
 * that makes them unnecessary; a large encoder then takes one token half a second.
 *
 * <p>A process that encodes once never needs more than the plain loops. From the second call on a thread runs the loop
 * over vectors on a few numbers until it is the faster one, and ends.
 */
final class WarmUp {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    /** Multiply-adds of a call below which even vectors that are objects take less than can be felt. */
    private static final long LARGE = 1 << 24;

    private static final int ROWS = 4;
    private static final int GROUPS = 64;
    private static final int REPEATED = 16;
    private static final long LONGEST = TimeUnit.SECONDS.toNanos(10);

    private static final AtomicInteger CALLS = new AtomicInteger();
    private static volatile boolean over;

    private WarmUp() {}

    /**
     * Returns whether a call for one token uses plain loops, and counts it.
     *
     * @param products its multiply-adds
     */
    static boolean isPlain(long products) {
        if (over || products < LARGE) {
            return false;
        }
        if (CALLS.incrementAndGet() == 2) {
            start();
        }
        return true;
    }

    private static void start() {
        try {
            Thread thread = new Thread(null, WarmUp::run, "sae4j-warm-up", 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            thread.start();
        } catch (OutOfMemoryError e) {
            // The system has no thread left, and vectors are compiled as calls use them.
            over = true;
        }
    }

    private static void run() {
        try {
            compileVectors();
        } catch (Throwable e) {
            LOG.debug("Vectors are compiled as calls use them", e);
        } finally {
            over = true;
        }
    }

    private static void compileVectors() throws Throwable {
        int width = GROUPS * GROUP;
        ByteBuffer zeros = ByteBuffer.allocateDirect(ROWS * width * WeightType.BFLOAT16.bytes())
                .order(ByteOrder.LITTLE_ENDIAN);
        StoredMatrix stored = new StoredMatrix(WeightMatrix.of(WeightType.BFLOAT16, ROWS, width, List.of(zeros)));
        float[] sums = new float[width];
        PlainRows plain = new PlainRows();
        float[] x = new float[ROWS];
        long begin = System.nanoTime();
        boolean faster = false;
        while (!faster && System.nanoTime() - begin < LONGEST) {
            long start = System.nanoTime();
            for (int i = 0; i < REPEATED; i++) {
                plain.add(stored, 0, 0, ROWS, x, 0, GROUPS, sums);
            }
            long between = System.nanoTime();
            for (int i = 0; i < REPEATED; i++) {
                addByVectors(stored, x, sums);
            }
            faster = System.nanoTime() - between < between - start;
        }
    }

    private static void addByVectors(StoredMatrix stored, float[] x, float[] sums) throws Throwable {
        Object memory = stored.memory(0);
        long bytes = stored.rowBytes();
        RowSums.addFour(
                memory, 0, x[0], memory, bytes, x[1], memory, 2 * bytes, x[2], memory, 3 * bytes, x[3], GROUPS, sums, 0,
                GROUP);
    }
}
