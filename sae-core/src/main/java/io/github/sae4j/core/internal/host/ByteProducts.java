package io.github.sae4j.core.internal.host;

import java.nio.ByteBuffer;

/** Multiplies tokens in 8 bits with all features of an encoder in 8 bits. Safe to use from many threads. */
@FunctionalInterface
public interface ByteProducts {

    /**
     * Multiplies. A product is the exact sum, or a number that becomes the same float32.
     *
     * @param tokens direct, {@code [count, stride]} bytes from position 0, between -127 and 127
     * @param count how many tokens
     * @param products direct, takes {@code [count, d_sae]}, int32 in the machine's byte order, from position 0
     */
    void multiply(ByteBuffer tokens, int count, ByteBuffer products);
}
