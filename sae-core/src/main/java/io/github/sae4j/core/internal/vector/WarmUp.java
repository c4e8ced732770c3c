package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.GROUP;

import io.github.sae4j.core.internal.host.PageFaults;
import io.github.sae4j.core.internal.host.WorkerPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether one token is still multiplied by {@link PlainRows}, because Java has not compiled {@link RowSums} yet. Until it
 * has, each vector is an object and what is done with it a dozen of calls, and Java compiles all of those before the loop
 * that makes them unnecessary; a large encoder then takes one token half a second.
 *
 * <p>A process that encodes once never needs more than the plain loops. From the second call on the loop over vectors runs
 * on a few of the weights until it is the faster one: a step at a time, by a helper of the pool that has nothing else to do,
 * or by the caller where the pool has none. It must be the weights of the call: from JDK 19 on Java compiles loads for the
 * kind of memory that it has seen, and starts anew, for seconds, when it meets another.
 */
final class WarmUp {

    /** The one of this process, for what is compiled is compiled for all. */
    static final WarmUp PROCESS = new WarmUp();

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    /** Multiply-adds of a call below which even vectors that are objects take less than can be felt. */
    private static final long LARGE = 1 << 24;

    private static final int ROWS = 4;
    private static final int GROUPS = 64;
    private static final int REPEATED = 16;

    /** How long a step takes: work that comes meanwhile waits for its helper. */
    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(50);

    /** How long all steps take at most. */
    private static final long LONGEST = TimeUnit.SECONDS.toNanos(10);

    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicBoolean stepping = new AtomicBoolean();
    private volatile boolean over;
    private long taken;

    /** Returns whether a call of so many multiply-adds for one token uses plain loops. */
    boolean isPlain(long products) {
        return !over && products >= LARGE;
    }

    /**
     * Counts a call that used plain loops, and goes on from the second on.
     *
     * @param stored the weights of the call, {@code [d_in, d_sae]}
     * @param pool the threads of the call
     */
    void goOn(StoredMatrix stored, WorkerPool pool) {
        if (calls.incrementAndGet() > 1 && !pool.offer(() -> stepAndGoOn(stored, pool))) {
            step(stored);
        }
    }

    private void stepAndGoOn(StoredMatrix stored, WorkerPool pool) {
        if (step(stored) && !over) {
            pool.offer(() -> stepAndGoOn(stored, pool));
        }
    }

    /** Runs the loop for a while and returns true, unless another thread does so now or nothing is left to do. */
    private boolean step(StoredMatrix stored) {
        if (over || !stepping.compareAndSet(false, true)) {
            return false;
        }
        try {
            over = compileVectors(stored) || taken > LONGEST;
            // What this thread does next may be of another SAE.
            PageFaults.requireNone();
        } catch (Throwable e) {
            LOG.debug("Vectors are compiled as calls use them", e);
            over = true;
        } finally {
            stepping.set(false);
        }
        return true;
    }

    /** Returns whether the loop over vectors is the faster one. */
    private boolean compileVectors(StoredMatrix stored) throws Throwable {
        int groups = Math.min(GROUPS, stored.width() / GROUP);
        if (stored.endOf(0) < ROWS || groups == 0) {
            return true;
        }
        float[] sums = new float[groups * GROUP];
        PlainRows plain = new PlainRows();
        float[] x = new float[ROWS];
        long begin = System.nanoTime();
        long end = begin;
        boolean faster = false;
        while (!faster && end - begin < STEP) {
            long start = System.nanoTime();
            for (int i = 0; i < REPEATED; i++) {
                plain.add(stored, 0, 0, ROWS, x, 0, groups, sums);
            }
            long between = System.nanoTime();
            for (int i = 0; i < REPEATED; i++) {
                addByVectors(stored, x, groups, sums);
            }
            end = System.nanoTime();
            faster = end - between < between - start;
        }
        taken += end - begin;
        return faster;
    }

    private static void addByVectors(StoredMatrix stored, float[] x, int groups, float[] sums) throws Throwable {
        Object memory = stored.memory(0);
        long bytes = stored.rowBytes();
        RowSums.addFour(
                memory, 0, x[0], memory, bytes, x[1], memory, 2 * bytes, x[2], memory, 3 * bytes, x[3], groups, sums, 0,
                GROUP);
    }
}
