package io.github.sae4j.analysis.survey;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The tokens on which a feature is strongest, of those that went by.
 *
 * <p>A heap in two arrays whose root is the one that goes first: the weakest, the latest among equals. It grows with what
 * is in it, up to its limit.
 */
final class StrongestTokens {

    private static final int FIRST_CAPACITY = 4;

    private final int most;
    private float[] values;
    private long[] tokens;
    private int size;

    StrongestTokens(int most) {
        this.most = most;
        this.values = new float[Math.min(most, FIRST_CAPACITY)];
        this.tokens = new long[values.length];
    }

    /** Takes in a token that comes after all before it. */
    void add(long token, float value) {
        if (size < most) {
            if (size == values.length) {
                int capacity = (int) Math.min(most, 2L * size);
                values = Arrays.copyOf(values, capacity);
                tokens = Arrays.copyOf(tokens, capacity);
            }
            rise(size++, token, value);
        } else if (value > values[0]) {
            sink(token, value);
        }
    }

    private void rise(int from, long token, float value) {
        int at = from;
        while (at > 0) {
            int parent = (at - 1) / 2;
            if (!goesBefore(value, token, parent)) {
                break;
            }
            move(parent, at);
            at = parent;
        }
        put(at, token, value);
    }

    private void sink(long token, float value) {
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && goesBefore(values[child + 1], tokens[child + 1], child)) {
                child++;
            }
            if (goesBefore(value, token, child)) {
                break;
            }
            move(child, at);
            at = child;
        }
        put(at, token, value);
    }

    private boolean goesBefore(float value, long token, int other) {
        return value < values[other] || (value == values[other] && token > tokens[other]);
    }

    private void move(int from, int to) {
        put(to, tokens[from], values[from]);
    }

    private void put(int at, long token, float value) {
        tokens[at] = token;
        values[at] = value;
    }

    /** Returns the tokens, the strongest first and the earliest first among equals. */
    List<Example> sorted() {
        return IntStream.range(0, size)
                .mapToObj(at -> new Example(tokens[at], values[at]))
                .sorted(Example.STRONGEST_FIRST)
                .toList();
    }
}
