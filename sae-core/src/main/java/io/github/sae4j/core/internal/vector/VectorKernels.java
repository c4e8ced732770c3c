package io.github.sae4j.core.internal.vector;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.internal.host.HostKernel;
import io.github.sae4j.core.internal.host.SelectionRule;
import io.github.sae4j.core.internal.host.Workers;
import org.jspecify.annotations.Nullable;

/** Makes vector kernels, for whoever knows this package by name only. */
public final class VectorKernels implements HostKernel.Maker {

    @Override
    public HostKernel make(WeightMatrix encoder, @Nullable WeightMatrix decoder, SelectionRule rule, Workers workers) {
        return new VectorKernel(encoder, decoder, rule, workers);
    }
}
