package io.github.sae4j.analysis.internal.machine;

import java.util.function.LongUnaryOperator;

/**
 * Float32 multiply-adds in a loop that Java's compiler turns into vector instructions by itself: steps in, floating-point
 * operations done out.
 */
final class ScalarMultiplyAdds implements LongUnaryOperator {

    private static final int WIDTH = 2048;
    private static final int DEPTH = 8;

    private volatile float result;

    @Override
    public long applyAsLong(long steps) {
        float[] values = new float[WIDTH];
        for (long step = 0; step < steps; step++) {
            advance(values);
        }
        result = values[0];
        return 2L * WIDTH * DEPTH * steps;
    }

    /** Several for each load and store, so that it is not these that it waits for. */
    private static void advance(float[] values) {
        for (int i = 0; i < WIDTH; i++) {
            float value = values[i];
            value = Math.fma(value, 0.999f, 0.001f);
            value = Math.fma(value, 0.999f, 0.001f);
            value = Math.fma(value, 0.999f, 0.001f);
            value = Math.fma(value, 0.999f, 0.001f);
            value = Math.fma(value, 0.999f, 0.001f);
            value = Math.fma(value, 0.999f, 0.001f);
            value = Math.fma(value, 0.999f, 0.001f);
            value = Math.fma(value, 0.999f, 0.001f);
            values[i] = value;
        }
    }

    /** Returns the first value of the last call, which keeps it from being left out. */
    float result() {
        return result;
    }

    @Override
    public String toString() {
        return "compiled loops";
    }
}
