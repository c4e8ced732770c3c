package io.github.sae4j.core.internal.kernel;

import ai.djl.Device;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.internal.host.ByteMultiplier;
import io.github.sae4j.core.internal.host.ByteProducts;
import io.github.sae4j.core.internal.host.KernelParts;
import io.github.sae4j.core.internal.host.PreparedEncoder;
import io.github.sae4j.core.internal.host.SaeKernel;
import io.github.sae4j.core.internal.host.Screen;
import io.github.sae4j.core.internal.host.VectorPieces;
import io.github.sae4j.core.internal.host.Workers;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the kernel that an SAE runs on: the one asked for, or the best of those that can. */
public final class KernelChoice {

    private static final Logger LOG = LoggerFactory.getLogger(KernelChoice.class);
    private static final AtomicBoolean ADVISED = new AtomicBoolean();

    private KernelChoice() {}

    private static final class Providers {

        private static final List<KernelProvider> ALL =
                ServiceLoader.load(KernelProvider.class, KernelProvider.class.getClassLoader()).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList();
    }

    /** Lets in a class path that tells of kernels; one archive of all jars may have lost what does. */
    private static void requireSome() {
        if (Providers.ALL.isEmpty()) {
            throw new SaeException(
                    SaeException.Reason.UNAVAILABLE,
                    "No kernel is found, for the class path lacks META-INF/services/" + KernelProvider.class.getName()
                            + " of sae-core: where jars are merged into one, the files in META-INF/services must be kept.");
        }
    }

    /** Returns the kernels that this JVM has, in the order of the constants. */
    public static Set<Kernel> available() {
        Set<Kernel> available = EnumSet.noneOf(Kernel.class);
        for (KernelProvider provider : Providers.ALL) {
            if (provider.absence() == null) {
                available.add(provider.kind());
            }
        }
        return Collections.unmodifiableSet(available);
    }

    /** Returns the pieces in which the vector kernel multiplies; empty if this JVM does not have it. */
    public static Optional<VectorPieces> vectorPieces() {
        return Providers.ALL.stream()
                .flatMap(provider -> provider.vectorPieces().stream())
                .findFirst();
    }

    /**
     * Opens an SAE.
     *
     * @param wanted the kernel that must be used, or null for the best
     * @throws SaeException if the kernel is not there for this SAE and device, or does not start
     */
    public static SaeKernel open(KernelParts parts, Device device, @Nullable Kernel wanted, Workers workers) {
        KernelProvider provider = chosen(parts, device, wanted);
        try {
            return provider.open(parts, device, workers);
        } catch (SaeException e) {
            KernelProvider plain = provider(Kernel.PLAIN);
            if (wanted != null
                    || e.reason() != SaeException.Reason.UNAVAILABLE
                    || plain.refusal(parts, device) != null) {
                throw e;
            }
            LOG.warn(
                    "Plain Java encodes, which is slow, as the {} kernel does not start: {}",
                    provider.kind(),
                    e.getMessage());
            return plain.open(parts, device, workers);
        }
    }

    /**
     * Returns the parts with what the kernel that runs them screens with.
     *
     * @param wanted the kernel that must be used, or null for the best
     * @throws SaeException if the kernel that runs them has no screen, or there is no memory for what it takes
     */
    public static KernelParts prepared(KernelParts parts, Device device, @Nullable Kernel wanted, Workers workers) {
        Kernel kind = chosen(parts, device, wanted).kind();
        if (kind != Kernel.VECTOR) {
            throw new SaeException(
                    SaeException.Reason.NOT_SUPPORTED,
                    "This SAE cannot be prepared: it runs on the " + kind + " kernel, and only the " + Kernel.VECTOR
                            + " kernel has a screen.");
        }
        WeightMatrix weights = Objects.requireNonNull(parts.encoder(), "encoder");
        PreparedEncoder.requireFits(weights);
        ByteMultiplier multiplier = byteMultiplier(weights, workers.size());
        int largest = multiplier == null ? PreparedEncoder.LARGEST : multiplier.largest();
        PreparedEncoder encoder = PreparedEncoder.of(weights, largest, workers);
        return parts.with(new Screen(encoder, multiplier == null ? null : products(multiplier, encoder)));
    }

    private static @Nullable ByteProducts products(ByteMultiplier multiplier, PreparedEncoder encoder) {
        try {
            return multiplier.over(encoder);
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.warn("There are no products of 8-bit numbers with all features: {}", e.getMessage());
            return null;
        }
    }

    /** Preparing pays without one too little to fail for. */
    private static @Nullable ByteMultiplier byteMultiplier(WeightMatrix encoder, int threads) {
        int features = Math.toIntExact(encoder.columns());
        for (KernelProvider provider : Providers.ALL) {
            try {
                ByteMultiplier multiplier = provider.byteMultiplier(features, PreparedEncoder.stride(encoder), threads);
                if (multiplier != null) {
                    return multiplier;
                }
            } catch (RuntimeException | OutOfMemoryError e) {
                LOG.warn("The {} kernel multiplies no 8-bit numbers: {}", provider.kind(), e.getMessage());
            }
        }
        LOG.warn(
                "Three and more tokens are encoded as without preparing: libtorch is not on the class path, or its products of"
                        + " 8-bit numbers are not fast and exact here, as on some processors, for small encoders, or beside other"
                        + " work while they are tried");
        return null;
    }

    private static String refusals(KernelParts parts, Device device) {
        return "No kernel of this JVM runs this SAE on " + device + ": "
                + Providers.ALL.stream()
                        .map(provider -> provider.kind() + " " + provider.refusal(parts, device))
                        .collect(Collectors.joining(", "))
                + ".";
    }

    /** Opens an SAE on the best kernel that runs in Java, for what libtorch is not asked to do. */
    public static SaeKernel inJava(KernelParts parts, Workers workers, boolean folded) {
        KernelProvider vector = provider(Kernel.VECTOR);
        boolean vectors = vector.absence() == null && vector.priority() >= 0;
        SaeKernel kernel = (vectors ? vector : provider(Kernel.PLAIN)).open(parts, Device.cpu(), workers);
        return folded ? kernel.folded(workers.stop()) : kernel;
    }

    private static KernelProvider provider(Kernel kind) {
        return Providers.ALL.stream()
                .filter(each -> each.kind() == kind)
                .findFirst()
                .orElseThrow(() -> new SaeException(
                        SaeException.Reason.UNAVAILABLE, "The classes of the " + kind + " kernel are missing."));
    }

    private static KernelProvider chosen(KernelParts parts, Device device, @Nullable Kernel wanted) {
        requireSome();
        return wanted == null ? best(parts, device) : asked(parts, device, wanted);
    }

    private static KernelProvider asked(KernelParts parts, Device device, Kernel wanted) {
        KernelProvider provider = provider(wanted);
        String refusal = provider.refusal(parts, device);
        if (refusal != null) {
            throw new SaeException(
                    SaeException.Reason.NOT_SUPPORTED,
                    "The " + wanted + " kernel was asked for, but it " + refusal + ".");
        }
        String absence = provider.absence();
        if (absence != null) {
            throw new SaeException(
                    SaeException.Reason.UNAVAILABLE, "The " + wanted + " kernel was asked for, but " + absence + ".");
        }
        return provider;
    }

    private static KernelProvider best(KernelParts parts, Device device) {
        List<KernelProvider> able = Providers.ALL.stream()
                .filter(provider -> provider.refusal(parts, device) == null)
                .toList();
        KernelProvider best = able.stream()
                .filter(provider -> provider.absence() == null && provider.priority() >= 0)
                .max(Comparator.comparingInt(KernelProvider::priority))
                .orElseThrow(() -> new SaeException(SaeException.Reason.NOT_SUPPORTED, refusals(parts, device)));
        for (KernelProvider provider : able) {
            String advice = provider.advice();
            if (advice != null && ADVISED.compareAndSet(false, true)) {
                LOG.warn("The {} kernel encodes on the CPU, {} This is said once.", best.kind(), advice);
            }
        }
        return best;
    }
}
