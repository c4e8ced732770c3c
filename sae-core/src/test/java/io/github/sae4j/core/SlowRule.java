package io.github.sae4j.core;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A rule that takes its time, and tells when the first value has come to it. Where there are more threads to share the work, it
 * takes more time for each value, so that a call lasts long on every machine.
 */
final class SlowRule implements BlockRule {

    /** Of 256 features 16 threads find a part each. */
    private static final int MOST_TIMES = 4;

    private final long nanosEach;
    private final float[] bias;
    private final float[] activeAbove;
    private final CountDownLatch begun = new CountDownLatch(1);

    private SlowRule(int micros, float[] bias, float[] activeAbove) {
        this.nanosEach =
                1000L * micros * Math.min(MOST_TIMES, SaeRuntime.shared().threads());
        this.bias = bias;
        this.activeAbove = activeAbove;
    }

    /** Returns a rule that is asked for every value. */
    static SlowRule forAllValues(int micros, int dSae) {
        float[] unknown = new float[dSae];
        Arrays.fill(unknown, Float.NaN);
        return new SlowRule(micros, new float[dSae], unknown);
    }

    /** Returns a rule that is asked for values above zero, of which a bias leaves few. */
    static SlowRule forPositiveValues(int micros, int dSae, float bias) {
        float[] biases = new float[dSae];
        Arrays.fill(biases, bias);
        return new SlowRule(micros, biases, new float[dSae]);
    }

    /** Waits until the first value has come. */
    void awaitFirst() throws InterruptedException {
        begun.await();
    }

    @Override
    public int dSae() {
        return bias.length;
    }

    @Override
    public float[] bias() {
        return bias.clone();
    }

    @Override
    public List<float[]> parameters() {
        return List.of();
    }

    @Override
    public float[] activeAbove() {
        return activeAbove.clone();
    }

    @Override
    public float value(int feature, float h) {
        begun.countDown();
        long end = System.nanoTime() + nanosEach;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        return Math.max(h, 0);
    }
}
