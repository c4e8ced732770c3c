package io.github.sae4j.core;

import io.github.sae4j.core.internal.kernel.KernelChoice;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The pieces in which {@link Kernel#VECTOR} multiplies on this machine. They follow from the width of its vectors and the
 * size of its second cache alone, so one machine has the same every time. Results have the same bits with any of them.
 *
 * <p>Immutable, and so safe to use from many threads.
 *
 * <pre>{@code
 * String pieces = VectorShapes.here()
 *         .map(shapes -> shapes.vectorBits() + " bits, " + shapes.deep().features() + " features a panel")
 *         .orElse("no vectors");
 * }</pre>
 *
 * @param vectorBits the width of a vector
 * @param registers how many registers of such vectors are counted on
 * @param tileTokens how many tokens are multiplied at once with {@code tileVectors}, with all sums in registers
 * @param tileVectors how many vectors of features
 * @param flat the panel for calls of few tokens, 5 to 64 on bfloat16 weights
 * @param deep the panel for calls of more
 * @param firstCache the bytes of the first data cache that each hardware thread has to itself, if the system (Linux) tells
 * @param secondCache those of the second cache, likewise
 * @since 0.1
 */
public record VectorShapes(
        int vectorBits,
        int registers,
        int tileTokens,
        int tileVectors,
        Panel flat,
        Panel deep,
        OptionalLong firstCache,
        OptionalLong secondCache) {

    /**
     * A part of {@code W_enc}, {@code [d_in, d_sae]}, that is widened to float32 in a cache, to serve all tokens of a call.
     * An encoder that lies transposed, or has few features, has other panels.
     *
     * @param features how many features
     * @param rows how many rows
     * @since 0.1
     */
    public record Panel(int features, int rows) {}

    /** Returns those of this machine; empty if this JVM {@linkplain Kernel#available() does not have} the vector kernel. */
    public static Optional<VectorShapes> here() {
        return KernelChoice.vectorShapes();
    }
}
