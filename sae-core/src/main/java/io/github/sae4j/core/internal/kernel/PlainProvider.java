package io.github.sae4j.core.internal.kernel;

import ai.djl.Device;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.internal.host.HostSae;
import io.github.sae4j.core.internal.host.KernelParts;
import io.github.sae4j.core.internal.host.SaeKernel;
import io.github.sae4j.core.internal.host.Workers;
import io.github.sae4j.core.internal.plain.PlainKernel;
import org.jspecify.annotations.Nullable;

/** Provides the plain kernel, which every JVM has. */
public final class PlainProvider implements KernelProvider {

    private static final int PRIORITY = 100;

    @Override
    public Kernel kind() {
        return Kernel.PLAIN;
    }

    @Override
    public int priority() {
        return PRIORITY;
    }

    @Override
    public @Nullable String absence() {
        return null;
    }

    @Override
    public @Nullable String refusal(KernelParts parts, Device device) {
        return OnTheCpu.refusal(parts, device);
    }

    @Override
    public @Nullable String advice() {
        return null;
    }

    @Override
    public SaeKernel open(KernelParts parts, Device device, Workers workers) {
        return HostSae.open(
                parts, (encoder, decoder, rule, threads) -> new PlainKernel(encoder, decoder, rule), workers, false);
    }
}
