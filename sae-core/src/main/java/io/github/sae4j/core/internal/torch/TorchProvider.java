package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.internal.host.ByteMultiplier;
import io.github.sae4j.core.internal.host.KernelParts;
import io.github.sae4j.core.internal.host.SaeKernel;
import io.github.sae4j.core.internal.host.Workers;
import io.github.sae4j.core.internal.kernel.KernelProvider;
import org.jspecify.annotations.Nullable;

/** Provides libtorch, which runs every SAE, and is preferred to plain Java where its library is at hand. */
public final class TorchProvider implements KernelProvider {

    private static final int PRIORITY = 200;
    private static final int PRIORITY_WITHOUT_LIBRARY = 0;

    @Override
    public Kernel kind() {
        return Kernel.TORCHSCRIPT;
    }

    @Override
    public int priority() {
        return NativeLibrary.isAtHand() ? PRIORITY : PRIORITY_WITHOUT_LIBRARY;
    }

    @Override
    public @Nullable String absence() {
        return null;
    }

    @Override
    public @Nullable String refusal(KernelParts parts, Device device) {
        return parts.rule() instanceof BlockRule rule && rule.torchScript().isEmpty()
                ? "does not run rules that have no TorchScript"
                : null;
    }

    @Override
    public @Nullable String advice() {
        return null;
    }

    @Override
    public @Nullable ByteMultiplier byteMultiplier(int features, int stride, int threads) {
        return NativeLibrary.isAtHand() ? TorchBytes.of(features, stride, threads) : null;
    }

    @Override
    public SaeKernel open(KernelParts parts, Device device, Workers workers) {
        return TorchKernel.open(parts, device, workers);
    }
}
