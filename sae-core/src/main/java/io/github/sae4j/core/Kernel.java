package io.github.sae4j.core;

import io.github.sae4j.core.internal.kernel.KernelChoice;
import java.util.Set;

/**
 * What does an SAE's arithmetic. All kernels read the weights as they are stored, compute on the CPU in float32 or wider,
 * and find the same features but where a product is within rounding of a threshold.
 *
 * <p>Those that run in Java give the same bits for a token, however many tokens surround it and however many threads
 * compute. libtorch has other products for few rows than for many, whose last bits may differ.
 *
 * <pre>{@code
 * if (Kernel.available().contains(Kernel.VECTOR)) {
 *     builder.device(Device.cpu()).kernel(Kernel.VECTOR);
 * }
 * try (SparseAutoencoder sae = builder.build()) {
 *     System.out.println(sae.kernel() + " on " + sae.device());
 * }
 * }</pre>
 *
 * @since 0.1
 */
public enum Kernel {

    /** libtorch, through scripts that run blocks of features; on the CPU and on CUDA. */
    TORCHSCRIPT("torchscript"),

    /**
     * Java's Vector API, on the CPU; where the module {@code jdk.incubator.vector} is readable, which takes
     * {@code --add-modules jdk.incubator.vector} when Java starts.
     */
    VECTOR("vector"),

    /** Plain Java with sums in float64, on the CPU: slow, simple, and there to compare the others with. */
    PLAIN("plain");

    private final String label;

    Kernel(String label) {
        this.label = label;
    }

    /**
     * Returns the kernels that this JVM has: all but {@link #VECTOR} where its module is not readable or not one that it can
     * be run on. Whether libtorch is on the class path and starts is not looked at.
     *
     * @return a set that cannot be changed, in the order of the constants
     */
    public static Set<Kernel> available() {
        return KernelChoice.available();
    }

    /** Returns the kernel's name in lower case, for example {@code vector}. */
    public String label() {
        return label;
    }

    @Override
    public String toString() {
        return label;
    }
}
