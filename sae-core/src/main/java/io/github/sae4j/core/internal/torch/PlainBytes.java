package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.sae4j.core.internal.host.ByteProducts;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Products with rows of 8-bit numbers as they lie in memory. */
final class PlainBytes implements ByteProducts {

    private final Script script = Script.withRule("h");
    private final ByteBuffer rows;
    private final int features;
    private final int width;
    private final int threads;

    /**
     * Creates it.
     *
     * @param rows direct, {@code [features, width]} from position 0
     * @param threads how many may work on a product
     */
    PlainBytes(ByteBuffer rows, int features, int width, int threads) {
        this.rows = rows;
        this.features = features;
        this.width = width;
        this.threads = threads;
    }

    @Override
    public void multiply(ByteBuffer tokens, int count, Consumer<ByteBuffer> products) {
        try (PtNDManager manager = TorchRuntime.newManager(Device.cpu());
                Script.Call call = script.call("byte_products")) {
            call.with(HostArrays.over(manager, tokens, new Shape(count, width), DataType.INT8))
                    .with(HostArrays.over(manager, rows, new Shape(features, width), DataType.INT8));
            products.accept(
                    HostArrays.bytes(TorchWeights.keep(ThreadLimit.within(threads, () -> call.runToTensor(manager)))));
        }
    }

    @Override
    public int fewest() {
        return 1;
    }
}
