package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.sae4j.core.internal.host.ByteProducts;
import io.github.sae4j.core.internal.host.PreparedEncoder;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Products with rows of 8-bit numbers in the order in which oneDNN reads them. Like the memory of direct buffers, theirs is
 * freed some time after nobody can reach them.
 */
final class PackedBytes implements ByteProducts {

    /** With more numbers in a token, sums of products with a token of 8 bits without a sign could leave int32. */
    static final int MOST_INPUTS = Integer.MAX_VALUE / (255 * PreparedEncoder.LARGEST);

    /** Up to some 16 tokens take the same time, which the float32 products of fewer than so many do not. */
    private static final int FEWEST = 9;

    /** The tokens that oneDNN is told to expect; it takes any number of them. */
    private static final int EXPECTED = 64;

    private static final Cleaner CLEANER = Cleaner.create();

    private final Script script;
    private final PtNDArray packed;
    private final PtNDArray ones;
    private final PtNDArray zeros;
    private final int width;
    private final int threads;

    private PackedBytes(Script script, PtNDArray packed, PtNDArray ones, PtNDArray zeros, int width, int threads) {
        this.script = script;
        this.packed = packed;
        this.ones = ones;
        this.zeros = zeros;
        this.width = width;
        this.threads = threads;
    }

    /**
     * Packs rows.
     *
     * @param rows direct, {@code [features, width]} from position 0; not used any more afterwards
     * @param threads how many may work on a product
     * @throws io.github.sae4j.core.SaeException if this libtorch has no packed rows
     */
    static PackedBytes of(ByteBuffer rows, int features, int width, int threads) {
        Script script = Script.packedProducts();
        PtNDManager manager = TorchRuntime.newManager(Device.cpu());
        try (PtNDManager source = TorchRuntime.newManager(Device.cpu());
                Script.Call call = script.call("pack")) {
            PtNDArray plain = HostArrays.over(source, rows, new Shape(features, width), DataType.INT8);
            PtNDArray packed =
                    TorchWeights.keep(call.with(plain).with((long) EXPECTED).runToTensor(manager));
            PtNDArray ones = TorchWeights.keep((PtNDArray) manager.ones(new Shape(features)));
            PtNDArray zeros = TorchWeights.keep((PtNDArray) manager.zeros(new Shape(features), DataType.INT64));
            PackedBytes products = new PackedBytes(script, packed, ones, zeros, width, threads);
            CLEANER.register(products, manager::close);
            return products;
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    @Override
    public void multiply(ByteBuffer tokens, int count, Consumer<ByteBuffer> products) {
        try (PtNDManager manager = TorchRuntime.newManager(Device.cpu());
                Script.Call call = script.call("packed_products")) {
            call.with(HostArrays.over(manager, tokens, new Shape(count, width), DataType.INT8))
                    .with(packed)
                    .with(ones)
                    .with(zeros);
            products.accept(
                    HostArrays.bytes(TorchWeights.keep(ThreadLimit.within(threads, () -> call.runToTensor(manager)))));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int fewest() {
        return FEWEST;
    }
}
