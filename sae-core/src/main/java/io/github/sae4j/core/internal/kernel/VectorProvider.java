package io.github.sae4j.core.internal.kernel;

import ai.djl.Device;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.internal.host.HostKernel;
import io.github.sae4j.core.internal.host.HostSae;
import io.github.sae4j.core.internal.host.KernelParts;
import io.github.sae4j.core.internal.host.SaeKernel;
import io.github.sae4j.core.internal.host.VectorPieces;
import io.github.sae4j.core.internal.host.Workers;
import java.lang.reflect.InvocationTargetException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Provides the vector kernel where this JVM has the Vector API, and one that the kernel can be run on. */
public final class VectorProvider implements KernelProvider {

    private static final String VECTOR_PACKAGE = "io.github.sae4j.core.internal.vector.";
    private static final String MODULE = "jdk.incubator.vector";
    private static final int PRIORITY = 300;

    @Override
    public Kernel kind() {
        return Kernel.VECTOR;
    }

    @Override
    public int priority() {
        return hasFastProducts() ? PRIORITY : -1;
    }

    @Override
    public @Nullable String absence() {
        return Module.ABSENCE;
    }

    @Override
    public @Nullable String refusal(KernelParts parts, Device device) {
        return OnTheCpu.refusal(parts, device);
    }

    @Override
    public @Nullable String advice() {
        if (!Module.isPresent()) {
            return "for this JVM has no module " + MODULE + ": start Java with --add-modules " + MODULE
                    + ", or with the environment variable JDK_JAVA_OPTIONS=--add-modules=" + MODULE
                    + ", and the vector kernel does, which is faster.";
        }
        if (Module.ABSENCE != null) {
            return "for " + Module.ABSENCE + ".";
        }
        return hasFastProducts()
                ? null
                : "for this processor, or what the JVM may use of it, has no instruction for fused multiply-adds, without"
                        + " which the vector kernel is far slower.";
    }

    private static boolean hasFastProducts() {
        return Processor.FUSED_MULTIPLY_ADD;
    }

    private static final class Processor {

        private static final boolean FUSED_MULTIPLY_ADD = FusedMultiplyAdd.isInstruction();
    }

    private static final class Module {

        /** Why the vector kernel is not there, or null if it is. */
        private static final @Nullable String ABSENCE = absence();

        /** Asked by a class, for a module that is loaded once Java runs is in no layer that could be asked. */
        private static boolean isPresent() {
            try {
                Class.forName(MODULE + ".Vector", false, VectorProvider.class.getClassLoader());
                return true;
            } catch (ClassNotFoundException e) {
                return false;
            }
        }

        /** An incubator module may change with any version of Java. */
        private static @Nullable String absence() {
            if (!isPresent()) {
                return "this JVM has no module " + MODULE + ": start Java with --add-modules " + MODULE;
            }
            try {
                Class.forName(VECTOR_PACKAGE + "Memory");
                return null;
            } catch (ReflectiveOperationException | LinkageError e) {
                return "it cannot be used with the " + MODULE + " of this Java: " + e;
            }
        }
    }

    @Override
    public SaeKernel open(KernelParts parts, Device device, Workers workers) {
        return HostSae.open(parts, maker(), workers, false);
    }

    @Override
    public Optional<VectorPieces> vectorPieces() {
        return absence() == null ? maker().pieces() : Optional.empty();
    }

    /** By name, for the class must not be loaded where the module is missing. */
    private static HostKernel.Maker maker() {
        try {
            return Class.forName(VECTOR_PACKAGE + "VectorKernels")
                    .asSubclass(HostKernel.Maker.class)
                    .getConstructor()
                    .newInstance();
        } catch (InvocationTargetException e) {
            throw new SaeException(
                    SaeException.Reason.UNAVAILABLE, "The vector kernel does not start: " + e.getCause(), e);
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new SaeException(SaeException.Reason.UNAVAILABLE, "The vector kernel does not start: " + e, e);
        }
    }
}
