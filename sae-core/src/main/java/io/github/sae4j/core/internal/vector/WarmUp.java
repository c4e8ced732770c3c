package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.GROUP;

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
 * over vectors on a few of the weights until it is the faster one, and ends. It must be those of the call: from JDK 19 on
 * Java compiles loads for the kind of memory that it has seen, and starts anew, for seconds, when it meets another.
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
     * @param stored the weights, {@code [d_in, d_sae]}
     * @param products its multiply-adds
     */
    static boolean isPlain(StoredMatrix stored, long products) {
        if (over || products < LARGE) {
            return false;
        }
        if (CALLS.incrementAndGet() == 2) {
            start(stored);
        }
        return true;
    }

    private static void start(StoredMatrix stored) {
        try {
            Thread thread = new Thread(null, () -> run(stored), "sae4j-warm-up", 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            thread.start();
        } catch (OutOfMemoryError e) {
            // The system has no thread left, and vectors are compiled as calls use them.
            over = true;
        }
    }

    private static void run(StoredMatrix stored) {
        try {
            compileVectors(stored);
        } catch (Throwable e) {
            LOG.debug("Vectors are compiled as calls use them", e);
        } finally {
            over = true;
        }
    }

    private static void compileVectors(StoredMatrix stored) throws Throwable {
        int groups = Math.min(GROUPS, stored.width() / GROUP);
        if (stored.endOf(0) < ROWS || groups == 0) {
            return;
        }
        float[] sums = new float[groups * GROUP];
        PlainRows plain = new PlainRows();
        float[] x = new float[ROWS];
        long begin = System.nanoTime();
        boolean faster = false;
        while (!faster && System.nanoTime() - begin < LONGEST) {
            long start = System.nanoTime();
            for (int i = 0; i < REPEATED; i++) {
                plain.add(stored, 0, 0, ROWS, x, 0, groups, sums);
            }
            long between = System.nanoTime();
            for (int i = 0; i < REPEATED; i++) {
                addByVectors(stored, x, groups, sums);
            }
            faster = System.nanoTime() - between < between - start;
        }
    }

    private static void addByVectors(StoredMatrix stored, float[] x, int groups, float[] sums) throws Throwable {
        Object memory = stored.memory(0);
        long bytes = stored.rowBytes();
        RowSums.addFour(
                memory, 0, x[0], memory, bytes, x[1], memory, 2 * bytes, x[2], memory, 3 * bytes, x[3], groups, sums, 0,
                GROUP);
    }
}
