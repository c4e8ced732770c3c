package io.github.sae4j.benchmarks;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeParts;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.TopK;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * What SAELens computes, by the same operators of libtorch on dense float32 arrays, for machines without Python's torch:
 * {@code relu((x - b_dec) W_enc + b_enc)}, top-k by {@code topk} and {@code scatter}, and {@code f W_dec + b_dec}.
 */
final class Peer implements AutoCloseable {

    private final NDManager manager;
    private final NDArray wEnc;
    private final NDArray wDec;
    private final NDArray bEnc;
    private final NDArray bDec;
    private final boolean subtractsDecoderBias;
    private final int k;

    private Peer(NDManager manager, SparseAutoencoder sae, BlockRule rule) {
        SaeParts parts = sae.parts();
        this.manager = manager;
        wEnc = matrix(manager, parts.encoder().orElse(null));
        wDec = matrix(manager, parts.decoder().orElse(null));
        bEnc = manager.create(rule.bias());
        bDec = manager.create(parts.decoderBias());
        subtractsDecoderBias = sae.config().applyBDecToInput();
        k = rule.mostActive();
    }

    /**
     * Copies an SAE's weights, in float32.
     *
     * @throws BenchmarkException if its rule is not one that is written down here
     */
    static Peer of(SparseAutoencoder sae) {
        if (!(sae.parts().activation() instanceof BlockRule rule) || !(rule instanceof Relu || rule instanceof TopK)) {
            throw new BenchmarkException("The peer runs ReLU and top-k, but not "
                    + sae.parts().activation().getClass().getSimpleName() + ".");
        }
        return new Peer(Engine.getEngine("PyTorch").newBaseManager(Device.cpu()), sae, rule);
    }

    private static NDArray matrix(NDManager manager, @Nullable WeightMatrix matrix) {
        if (matrix == null) {
            throw new BenchmarkException("The peer needs an SAE with an encoder and a decoder.");
        }
        WeightMatrix wide = matrix.as(WeightType.FLOAT32);
        NDArray array = manager.create(
                wide.isTransposed() ? new Shape(wide.columns(), wide.rows()) : new Shape(wide.rows(), wide.columns()),
                DataType.FLOAT32);
        ByteBuffer target = array.toByteBuffer(true);
        wide.parts().forEach(target::put);
        return wide.isTransposed() ? array.transpose() : array;
    }

    /** As {@link MeasuredSae#nanos}. */
    long nanos(Work work, float[][] activations, int calls) {
        try (NDManager call = manager.newSubManager()) {
            NDArray input = input(call, work, activations);
            long total = 0;
            for (int i = 0; i < calls; i++) {
                try (NDManager inner = call.newSubManager()) {
                    input.attach(inner);
                    long start = System.nanoTime();
                    compute(work, input);
                    total += System.nanoTime() - start;
                    input.attach(call);
                }
            }
            return total;
        }
    }

    /** Does some work once and writes what came out, little-endian float32 in row-major order. */
    void write(Work work, float[][] activations, Path file) {
        try (NDManager call = manager.newSubManager();
                FileChannel channel = FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer bytes = compute(work, input(call, work, activations)).toByteBuffer();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private NDArray input(NDManager call, Work work, float[][] activations) {
        NDArray x = call.create(activations);
        return work == Work.DECODE ? encode(x) : x;
    }

    private NDArray compute(Work work, NDArray input) {
        return work == Work.DECODE ? input.matMul(wDec).add(bDec) : encode(input);
    }

    private NDArray encode(NDArray x) {
        NDArray centred = subtractsDecoderBias ? x.sub(bDec) : x;
        NDArray products = centred.matMul(wEnc).add(bEnc);
        if (k == bEnc.size()) {
            return products.getNDArrayInternal().relu();
        }
        NDList strongest = products.topK(k, -1, true, false);
        NDArray values = strongest.get(0).getNDArrayInternal().relu();
        return products.zerosLike().scatter(strongest.get(1), values, -1);
    }

    @Override
    public void close() {
        manager.close();
    }
}
