package io.github.sae4j.core.internal.host;

/** Where the activations of tokens come from. */
@FunctionalInterface
public interface Tokens {

    /** How many values are copied at once at most: the buffers of libtorch's binding end at 2 GiB. */
    int VALUES_AT_ONCE = 1 << 24;

    /** Copies tokens {@code from} to {@code to - 1} to the beginning of an array, as float32 row by row. */
    void copy(int from, int to, float[] x);

    /** Returns the same tokens without the first. */
    default Tokens after(int first) {
        return first == 0 ? this : (from, to, x) -> copy(first + from, first + to, x);
    }
}
