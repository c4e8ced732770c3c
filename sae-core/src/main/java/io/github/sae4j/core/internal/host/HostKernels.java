package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.internal.plain.PlainKernel;
import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which kernels there are in this JVM, and how they are made. */
public final class HostKernels {

    private static final Logger LOG = LoggerFactory.getLogger(HostKernels.class);
    private static final String VECTOR_PACKAGE = "io.github.sae4j.core.internal.vector.";
    private static final String MODULE = "jdk.incubator.vector";

    private HostKernels() {}

    /** Returns whether the Vector API is there, and one that the vector kernel can be run on. */
    public static boolean hasVectors() {
        return Vectors.USABLE;
    }

    /** Returns whether the vector kernel is taken on the CPU unless another is asked for; says once in a process why not. */
    public static boolean prefersVectors() {
        return Preference.VECTORS;
    }

    private static final class Preference {

        private static final boolean VECTORS = vectors();

        private static boolean vectors() {
            if (!Vectors.present()) {
                LOG.warn(
                        "libtorch encodes on the CPU, for this JVM has no module {}: start Java with --add-modules {}, or with"
                                + " the environment variable JDK_JAVA_OPTIONS=--add-modules={}, and the vector kernel does,"
                                + " which is faster. This is said once.",
                        MODULE,
                        MODULE,
                        MODULE);
                return false;
            }
            if (!FusedMultiplyAdd.isInstruction()) {
                LOG.warn(
                        "libtorch encodes on the CPU, for this processor, or what the JVM may use of it, has no instruction"
                                + " for fused multiply-adds, without which the vector kernel is far slower. This is said once.");
                return false;
            }
            return hasVectors();
        }
    }

    private static final class Vectors {

        private static final boolean USABLE = present() && usable();

        private static boolean present() {
            return ModuleLayer.boot().findModule(MODULE).isPresent();
        }

        /** An incubator module may change with any version of Java. */
        private static boolean usable() {
            try {
                Class.forName(VECTOR_PACKAGE + "Memory");
                return true;
            } catch (ReflectiveOperationException | LinkageError e) {
                LOG.warn(
                        "The vector kernel cannot be used with the {} of this Java, so libtorch is: {}",
                        MODULE,
                        e.toString());
                return false;
            }
        }
    }

    /**
     * Returns a kernel.
     *
     * @param kind {@link Kernel#VECTOR} or {@link Kernel#PLAIN}
     * @param encoder {@code W_enc}, {@code [d_in, d_sae]}
     * @param decoder {@code W_dec}, {@code [d_sae, d_out]}, or null if there is none
     * @throws SaeException if it is not there in this JVM
     */
    public static HostKernel open(
            Kernel kind, WeightMatrix encoder, @Nullable WeightMatrix decoder, SelectionRule rule) {
        HostKernel kernel = openPlain(kind, encoder, decoder, rule);
        int groupSize = SelectionRule.groupSize(rule.rule());
        return groupSize == 0 ? kernel : new GroupKernel(kernel, rule, groupSize);
    }

    private static HostKernel openPlain(
            Kernel kind, WeightMatrix encoder, @Nullable WeightMatrix decoder, SelectionRule rule) {
        if (kind == Kernel.PLAIN) {
            return new PlainKernel(encoder, decoder, rule);
        }
        if (!Vectors.present()) {
            throw new SaeException("The vector kernel was asked for, but this JVM has no module " + MODULE
                    + ": start Java with --add-modules " + MODULE + ".");
        }
        try {
            // By name, for the class must not be loaded where the module is missing.
            return Class.forName(VECTOR_PACKAGE + "VectorKernel")
                    .asSubclass(HostKernel.class)
                    .getConstructor(WeightMatrix.class, WeightMatrix.class, SelectionRule.class)
                    .newInstance(encoder, decoder, rule);
        } catch (InvocationTargetException e) {
            throw new SaeException("The vector kernel does not start: " + e.getCause(), e);
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new SaeException("The vector kernel does not start: " + e, e);
        }
    }
}
