package io.github.sae4j.core.internal.host;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Multiplies tokens in 8 bits with all features of an encoder in 8 bits. Safe to use from many threads. */
public interface ByteProducts {

    /**
     * Multiplies. A product is the exact sum as float32 holds it.
     *
     * @param tokens direct, {@code [count, stride]} bytes from position 0, between -127 and 127
     * @param count how many tokens
     * @param products takes {@code [count, d_sae]}, direct, float32 in the machine's byte order, from position 0; the memory is
     *     theirs until they return
     */
    void multiply(ByteBuffer tokens, int count, Consumer<ByteBuffer> products);

    /** Returns how many tokens a call must have for this to be faster than multiplying them in float32. */
    int fewest();
}
