package io.github.sae4j.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.JumpRelu;
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
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What SAELens computes, by the same operators of libtorch on dense arrays in one number format, for machines without
 * Python's torch: {@code relu((x - b_dec) W_enc + b_enc)}, times {@code h > threshold} in JumpReLU, top-k by {@code topk} and
 * {@code scatter}, and {@code f W_dec + b_dec}.
 */
final class Peer implements AutoCloseable {

    private final PeerScript encode;
    private final PeerScript decode;
    private final PeerScript widen;
    private final NDManager manager;
    private final NDArray wEnc;
    private final NDArray wDec;
    private final NDArray bEnc;
    private final NDArray bDec;
    private final NDArray threshold;

    private Peer(SparseAutoencoder sae, BlockRule rule, WeightType type) {
        SaeParts parts = sae.parts();
        encode = new PeerScript(encoding(rule, sae.config().applyBDecToInput(), type));
        decode = new PeerScript("""
                def forward(self, f: Tensor, w: Tensor, b: Tensor) -> Tensor:
                  return torch.add(torch.matmul(f, w), b)
                """);
        widen = new PeerScript("""
                def forward(self, x: Tensor) -> Tensor:
                  return torch.to(x, 6)
                """);
        manager = encode.newManager();
        wEnc = matrix(parts.encoder().orElse(null), type);
        wDec = matrix(parts.decoder().orElse(null), type);
        bEnc = vector(rule.bias(), type);
        bDec = vector(parts.decoderBias(), type);
        threshold = rule instanceof JumpRelu jumps ? vector(jumps.threshold(), type) : bEnc;
    }

    /**
     * Copies an SAE's weights.
     *
     * @param type the number format of weights and of all that is computed, float32 or bfloat16
     * @throws BenchmarkException if the SAE's rule is not one that is written down here
     */
    static Peer of(SparseAutoencoder sae, WeightType type) {
        if (!(sae.parts().activation() instanceof BlockRule rule)
                || !(rule instanceof Relu || rule instanceof JumpRelu || rule instanceof TopK)) {
            throw new BenchmarkException("The peer runs ReLU, JumpReLU and top-k, but not "
                    + sae.parts().activation().getClass().getSimpleName() + ".");
        }
        return new Peer(sae, rule, type);
    }

    private static String encoding(BlockRule rule, boolean subtractsDecoderBias, WeightType type) {
        String input = "torch.to(x, %d)".formatted(type == WeightType.FLOAT32 ? 6 : 15);
        String features;
        if (rule instanceof TopK) {
            features = """
                      values, indices = torch.topk(h, %d, -1, True, False)
                      return torch.scatter(torch.zeros_like(h), -1, indices, torch.relu(values))
                    """.formatted(rule.mostActive());
        } else if (rule instanceof JumpRelu) {
            features = "  return torch.mul(torch.relu(h), torch.gt(h, t))\n";
        } else {
            features = "  return torch.relu(h)\n";
        }
        return """
                def forward(self, x: Tensor, w: Tensor, b: Tensor, c: Tensor, t: Tensor) -> Tensor:
                  h = torch.add(torch.matmul(%s, w), b)
                """.formatted(subtractsDecoderBias ? "torch.sub(" + input + ", c)" : input) + features;
    }

    private NDArray vector(float[] values, WeightType type) {
        return matrix(WeightMatrix.of(new float[][] {values}), type);
    }

    private NDArray matrix(@Nullable WeightMatrix matrix, WeightType type) {
        if (matrix == null) {
            throw new BenchmarkException("The peer needs an SAE with an encoder and a decoder.");
        }
        WeightMatrix typed = matrix.as(type);
        // bfloat16 has no name in DJL: its bytes are first taken for float16.
        NDArray array = manager.create(
                typed.isTransposed()
                        ? new Shape(typed.columns(), typed.rows())
                        : new Shape(typed.rows(), typed.columns()),
                type == WeightType.FLOAT32 ? DataType.FLOAT32 : DataType.FLOAT16);
        ByteBuffer target = array.toByteBuffer(true);
        typed.parts().forEach(target::put);
        NDArray laid = typed.isTransposed() ? array.transpose() : array;
        if (type == WeightType.FLOAT32) {
            return laid;
        }
        try (PeerScript named = new PeerScript("""
                def forward(self, half: Tensor) -> Tensor:
                  alias = torch.empty([0], dtype=15, device=ops.prim.device(half))
                  return torch.set_(alias, half)
                """)) {
            return named.run(laid);
        }
    }

    /** As {@link MeasuredSae#nanos}. */
    long nanos(Work work, float[][] activations, int calls) {
        try (NDManager call = manager.newSubManager()) {
            NDArray input = input(call, work, activations);
            long total = 0;
            for (int i = 0; i < calls; i++) {
                total += nanos(call, work, input);
            }
            return total;
        }
    }

    private long nanos(NDManager call, Work work, NDArray input) {
        try (NDManager inner = call.newSubManager()) {
            input.attach(inner);
            long start = System.nanoTime();
            compute(work, input);
            long nanos = System.nanoTime() - start;
            input.attach(call);
            return nanos;
        }
    }

    /** As {@link MeasuredSae#serve}. */
    RequestMix.Served serve(int threads, List<float[][]> requests) {
        try (NDManager call = manager.newSubManager()) {
            List<NDArray> inputs = requests.stream()
                    .map(request -> input(call, Work.ENCODE, request))
                    .toList();
            return RequestMix.serve(threads, inputs, input -> nanos(call, Work.ENCODE, input));
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
            ByteBuffer bytes =
                    widen.run(compute(work, input(call, work, activations))).toByteBuffer();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private NDArray input(NDManager call, Work work, float[][] activations) {
        NDArray x = call.create(activations);
        return work == Work.DECODE ? compute(Work.ENCODE, x) : x;
    }

    private NDArray compute(Work work, NDArray input) {
        return work == Work.DECODE ? decode.run(input, wDec, bDec) : encode.run(input, wEnc, bEnc, bDec, threshold);
    }

    @Override
    public void close() {
        manager.close();
        List.of(encode, decode, widen).forEach(PeerScript::close);
    }
}
