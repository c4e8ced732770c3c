package io.github.sae4j.core;

import io.github.sae4j.core.internal.host.VectorPieces;
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
 * @since 0.1
 */
public final class VectorShapes {

    private final VectorPieces pieces;

    private VectorShapes(VectorPieces pieces) {
        this.pieces = pieces;
    }

    /**
     * A part of {@code W_enc}, {@code [d_in, d_sae]}, that is widened to float32 in a cache, to serve all tokens of a call.
     * An encoder that lies transposed, or has few features, has other panels. Immutable, and so safe for use by several threads.
     *
     * <pre>{@code
     * VectorShapes.here().map(VectorShapes::deep).ifPresent((VectorShapes.Panel panel) ->
     *         System.out.println(panel.rows() + " rows of " + panel.features() + " features at a time"));
     * }</pre>
     *
     * @param features how many features
     * @param rows how many rows
     * @since 0.1
     */
    public record Panel(int features, int rows) {}

    /** Returns those of this machine; empty if this JVM {@linkplain Kernel#available() does not have} the vector kernel. */
    public static Optional<VectorShapes> here() {
        return KernelChoice.vectorPieces().map(VectorShapes::new);
    }

    /** Returns the width of a vector. */
    public int vectorBits() {
        return pieces.vectorBits();
    }

    /** Returns how many registers of such vectors are counted on. */
    public int registers() {
        return pieces.registers();
    }

    /** Returns how many tokens are multiplied at once with {@link #tileVectors()} vectors, with all sums in registers. */
    public int tileTokens() {
        return pieces.tileTokens();
    }

    /** Returns how many vectors of features are multiplied at once with {@link #tileTokens()} tokens. */
    public int tileVectors() {
        return pieces.tileVectors();
    }

    /** Returns the panel for calls of few tokens, 5 to 64 on bfloat16 weights. */
    public Panel flat() {
        return pieces.flat();
    }

    /** Returns the panel for calls of more tokens. */
    public Panel deep() {
        return pieces.deep();
    }

    /** Returns the bytes of the first data cache that each hardware thread has to itself, if the system (Linux) tells. */
    public OptionalLong firstCache() {
        return pieces.firstCache();
    }

    /** Returns the bytes of the second cache that each hardware thread has to itself, if the system (Linux) tells. */
    public OptionalLong secondCache() {
        return pieces.secondCache();
    }

    @Override
    public String toString() {
        return "VectorShapes[vectorBits=" + vectorBits() + ", registers=" + registers() + ", tileTokens=" + tileTokens()
                + ", tileVectors=" + tileVectors() + ", flat=" + flat() + ", deep=" + deep() + "]";
    }
}
