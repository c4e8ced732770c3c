package io.github.sae4j.core.internal.kernel;

/**
 * Whether a fused multiply-add is an instruction here. Where it is not, on old processors and in virtual machines
 * that hide it, Java computes it by decimal numbers, which makes the vector kernel hundreds of times slower than libtorch.
 * The JVM tells it only by a bean that takes as long as a whole start to come up, so it is timed: an instruction takes tens
 * of nanoseconds even while code is interpreted, decimal numbers take some hundred at the very least.
 */
final class FusedMultiplyAdd {

    private static final int TIMES = 20;
    private static final long LONGEST_NANOS = 400;

    private FusedMultiplyAdd() {}

    /** Times it; a pause of the thread in some of the times does no harm. */
    static boolean isInstruction() {
        long shortest = Long.MAX_VALUE;
        float sum = 1;
        for (int time = 0; time < TIMES; time++) {
            long start = System.nanoTime();
            sum = Math.fma(sum, 0.75f, 0.1f);
            shortest = Math.min(shortest, System.nanoTime() - start);
        }
        return shortest < LONGEST_NANOS && Float.isFinite(sum);
    }
}
