package io.github.sae4j.core.internal.host;

/**
 * The threads that an SAE computes with, and what ends its calls early.
 *
 * @param pool the threads, which other SAEs may use too
 * @param stop ends the calls of this SAE
 */
public record Workers(WorkerPool pool, Stop stop) {

    /** Returns how many threads can work on a call. */
    public int size() {
        return pool.size();
    }

    /** Does all parts of some work with so many threads at most, see {@link WorkerPool#run}. */
    public void run(WorkerPool.Work work, int parts, int threads) {
        pool.run(work, parts, threads, stop);
    }
}
