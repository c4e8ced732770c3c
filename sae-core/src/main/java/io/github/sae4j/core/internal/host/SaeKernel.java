package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeException;
import org.jspecify.annotations.Nullable;

/**
 * An SAE that is open on one kind of kernel, as Java arrays see it. Arguments have been checked. Safe to use from many threads;
 * closing it while a call runs is not.
 */
public interface SaeKernel extends AutoCloseable {

    /** Where decoded tokens go. */
    @FunctionalInterface
    interface Target {

        /**
         * Takes tokens {@code from} to {@code to - 1}.
         *
         * @param rows {@code [to - from, d_out]} from position 0, to be copied
         */
        void take(int from, int to, float[] rows);
    }

    /** Returns what encodes. */
    Kernel kind();

    /**
     * Encodes tokens to their active features.
     *
     * @param count at least 1
     * @throws NotFinite if a token cannot be normalised
     * @throws SaeException if an activation is NaN or infinite and that is not allowed, or the call was ended early
     */
    Encoded encode(Tokens tokens, int count);

    /**
     * Decodes active features.
     *
     * @param rows at least one token, indices below {@code d_sae}
     * @param scale each token's scale, or null if nothing is normalised
     * @param shift each token's shift, or null if there is none
     * @param skipped the tokens whose skip term is added, or null to add none
     * @param out takes {@code [tokens, d_out]}
     * @throws NotFinite if an element is not finite and that is not allowed
     */
    void decode(Rows rows, float @Nullable [] scale, float @Nullable [] shift, @Nullable Tokens skipped, Target out);

    /**
     * Returns what encodes some features only, on the CPU in Java.
     *
     * @param features ascending, each once, at least one, of an SAE whose rule looks at each feature alone
     */
    FeatureSubset subset(int[] features);

    /**
     * Returns a kernel on the same weights whose features are multiplied by the norms of their decoder rows. The caller
     * closes it; the weights go with the last kernel that uses them.
     *
     * @param stop ends the new kernel's calls early
     */
    SaeKernel folded(Stop stop);

    @Override
    void close();
}
