package io.github.sae4j.core.internal.vector;

import java.util.Arrays;

/** The active features that one thread found, in the order in which it found them. */
final class ActiveBuffer {

    private static final int KEPT = 1 << 20;

    private int[] tokens = new int[1024];
    private int[] features = new int[1024];
    private float[] values = new float[1024];
    private int size;

    /** Forgets them, and the memory of what was unusually many. */
    void clear() {
        size = 0;
        if (tokens.length > KEPT) {
            tokens = new int[1024];
            features = new int[1024];
            values = new float[1024];
        }
    }

    void add(int token, int feature, float value) {
        if (size == tokens.length) {
            int larger = Math.addExact(size, size);
            tokens = Arrays.copyOf(tokens, larger);
            features = Arrays.copyOf(features, larger);
            values = Arrays.copyOf(values, larger);
        }
        tokens[size] = token;
        features[size] = feature;
        values[size++] = value;
    }

    int size() {
        return size;
    }

    int token(int at) {
        return tokens[at];
    }

    int feature(int at) {
        return features[at];
    }

    float value(int at) {
        return values[at];
    }
}
