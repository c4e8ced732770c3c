package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.FLOATS;
import static io.github.sae4j.core.internal.vector.Memory.GROUP;
import static io.github.sae4j.core.internal.vector.Memory.LANES;

import io.github.sae4j.core.VectorShapes;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.internal.host.CacheShare;
import io.github.sae4j.core.internal.host.HostKernel;
import io.github.sae4j.core.internal.host.SelectionRule;
import io.github.sae4j.core.internal.host.VectorPieces;
import io.github.sae4j.core.internal.host.Workers;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes vector kernels, for whoever knows this package by name only. */
public final class VectorKernels implements HostKernel.Maker {

    @Override
    public HostKernel make(WeightMatrix encoder, @Nullable WeightMatrix decoder, SelectionRule rule, Workers workers) {
        return new VectorKernel(encoder, decoder, rule, workers);
    }

    @Override
    public Optional<VectorPieces> pieces() {
        CacheShare caches = CacheShare.here();
        return Optional.of(new VectorPieces(
                FLOATS.vectorBitSize(),
                Tiles.REGISTERS,
                Tiles.TALLEST,
                GROUP / LANES,
                panel(BlockShape.flat(caches)),
                panel(BlockShape.deep(caches)),
                caches.first(),
                caches.second()));
    }

    private static VectorShapes.Panel panel(BlockShape shape) {
        return new VectorShapes.Panel(shape.features(), shape.depth());
    }
}
