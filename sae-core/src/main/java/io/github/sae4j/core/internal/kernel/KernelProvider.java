package io.github.sae4j.core.internal.kernel;

import ai.djl.Device;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.internal.host.ByteMultiplier;
import io.github.sae4j.core.internal.host.KernelParts;
import io.github.sae4j.core.internal.host.SaeKernel;
import io.github.sae4j.core.internal.host.VectorPieces;
import io.github.sae4j.core.internal.host.Workers;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Opens SAEs on one kind of kernel. Providers are found as services, and must load where what they need is missing: they
 * say so themselves.
 */
public interface KernelProvider {

    /** Returns the kind of kernel. */
    Kernel kind();

    /**
     * Returns how much it is to be preferred here: of those that can run an SAE, the one with the largest is taken. Below 0 it
     * is only taken if asked for.
     */
    int priority();

    /**
     * Returns why this JVM does not have it, a clause after "but ", or null if it does. Whether what it needs then starts is
     * not looked at.
     */
    @Nullable
    String absence();

    /** Returns why it does not run such an SAE on a device, a clause after "but it ", or null if it does. */
    @Nullable
    String refusal(KernelParts parts, Device device);

    /**
     * Returns what a user can do to have it preferred, two clauses after a kernel's name and "encodes on the CPU, ", or null
     * if nothing.
     */
    @Nullable
    String advice();

    /**
     * Returns products of tokens in 8 bits, or null if it has none that are fast here.
     *
     * @param features how many features an encoder has
     * @param stride the bytes of a feature's 8-bit numbers
     * @param threads how many threads may work on a product, the caller's among them
     * @throws SaeException if what the kernel needs does not start
     */
    default @Nullable ByteMultiplier byteMultiplier(int features, int stride, int threads) {
        return null;
    }

    /** Returns the pieces in which it multiplies with vectors, if it does so itself and this JVM has it. */
    default Optional<VectorPieces> vectorPieces() {
        return Optional.empty();
    }

    /**
     * Opens an SAE whose parts have been checked to fit each other.
     *
     * @throws SaeException if what the kernel needs does not start
     */
    SaeKernel open(KernelParts parts, Device device, Workers workers);
}
