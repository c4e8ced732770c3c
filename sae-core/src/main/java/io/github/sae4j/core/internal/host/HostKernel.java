package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.WeightMatrix;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Multiplies with an SAE's matrices in host memory: finds the active features of tokens, and adds up the decoder's rows
 * of active features. Safe to use from many threads.
 *
 * <p>A token's result has the same bits whatever tokens surround it, and however many threads work.
 */
public interface HostKernel {

    /** Makes kernels of one kind. */
    @FunctionalInterface
    interface Maker {

        /**
         * Returns a kernel.
         *
         * @param encoder {@code W_enc}, {@code [d_in, d_sae]}
         * @param decoder {@code W_dec}, {@code [d_sae, d_out]}, or null if there is none
         * @param rule decides which features are active
         */
        HostKernel make(WeightMatrix encoder, @Nullable WeightMatrix decoder, SelectionRule rule, Workers workers);

        /** Returns the pieces in which these kernels multiply here, if they are {@link Kernel#VECTOR}. */
        default Optional<VectorPieces> pieces() {
            return Optional.empty();
        }
    }

    /**
     * Returns a kernel that finds the same features, with the same bits, by a screen.
     *
     * @param rule this kernel's
     * @throws UnsupportedOperationException if there is none
     */
    default HostKernel screened(Screen screen, SelectionRule rule, Workers workers) {
        throw new UnsupportedOperationException(kind() + " has no screen");
    }

    /** Returns which one this is. */
    Kernel kind();

    /** Returns how many tokens are best given together at most, at least 1. */
    int tokensAtOnce();

    /**
     * Finds the active features of tokens.
     *
     * @param x the tokens as they are multiplied, {@code [tokens, d_in]}, row-major from position 0
     * @param tokens at least 1, at most {@link #tokensAtOnce()}
     * @param found takes the features: of each token by ascending index
     */
    void encode(float[] x, int tokens, FoundRows found);

    /**
     * Adds up decoder rows, {@code value * W_dec[index]}, in the order of the features; only where there is a decoder.
     *
     * @param rows the active features; indices below {@code d_sae}
     * @param scaled their values as they are multiplied
     * @param from the first token
     * @param to the token after the last
     * @param sums takes the sums, {@code [to - from, d_out]}, from position 0
     */
    void decode(Rows rows, float[] scaled, int from, int to, float[] sums);
}
