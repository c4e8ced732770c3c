package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.sae4j.core.internal.host.ByteProducts;
import io.github.sae4j.core.internal.host.PreparedEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Products of 8-bit numbers by libtorch, which has them from oneDNN: exact sums in int32. */
final class TorchByteProducts implements ByteProducts {

    private static final int TRIAL_TOKENS = 32;
    private static final int TRIAL_FEATURES = 2048;
    private static final int TRIALS = 7;

    /** How many times as fast as those of float32 products of 8-bit numbers must be, for what follows them to pay. */
    private static final double WORTH = 1.5;

    private final Script script = Script.withRule("h");
    private final PreparedEncoder encoder;

    private TorchByteProducts(PreparedEncoder encoder) {
        this.encoder = encoder;
    }

    /**
     * Returns the products with an encoder, or null where libtorch has none on this processor that are fast: both kinds are
     * tried.
     */
    static @Nullable ByteProducts of(PreparedEncoder encoder) {
        TorchByteProducts products = new TorchByteProducts(encoder);
        return products.areFast() ? products : null;
    }

    private boolean areFast() {
        int features = Math.min(TRIAL_FEATURES, encoder.dSae());
        int width = encoder.stride();
        try (PtNDManager trial = TorchRuntime.newManager(Device.cpu())) {
            PtNDArray x = (PtNDArray) trial.ones(new Shape(TRIAL_TOKENS, width));
            PtNDArray w = (PtNDArray) trial.ones(new Shape(features, width));
            PtNDArray bytes = x.toType(DataType.INT8, true);
            PtNDArray byteWeights = w.toType(DataType.INT8, true);
            PtNDArray out = (PtNDArray) trial.zeros(new Shape(TRIAL_TOKENS, features), DataType.INT32);
            PtNDArray floats = (PtNDArray) trial.zeros(new Shape(TRIAL_TOKENS, features));
            long best = Long.MAX_VALUE;
            long bestOfFloats = Long.MAX_VALUE;
            for (int i = 0; i < TRIALS; i++) {
                long start = System.nanoTime();
                multiply("float_products", x, w, floats);
                long between = System.nanoTime();
                multiply("byte_products", bytes, byteWeights, out);
                bestOfFloats = Math.min(bestOfFloats, between - start);
                best = Math.min(best, System.nanoTime() - between);
            }
            return best * WORTH <= bestOfFloats;
        }
    }

    @Override
    public void multiply(ByteBuffer tokens, int count, ByteBuffer products) {
        int dSae = encoder.dSae();
        int width = encoder.stride();
        try (PtNDManager call = TorchRuntime.newManager(Device.cpu())) {
            PtNDArray x = over(call, tokens, new Shape(count, width), DataType.INT8);
            PtNDArray w = over(call, encoder.quantized(), new Shape(dSae, width), DataType.INT8);
            multiply("byte_products", x, w, over(call, products, new Shape(count, dSae), DataType.INT32));
        }
    }

    private void multiply(String kernel, PtNDArray x, PtNDArray w, PtNDArray out) {
        try (Script.Call call = script.call(kernel)) {
            call.with(x).with(w).with(out).runInPlace();
        }
    }

    private static PtNDArray over(PtNDManager manager, ByteBuffer memory, Shape shape, DataType type) {
        int bytes = Math.toIntExact(shape.size() * type.getNumOfBytes());
        return TorchWeights.keep(manager.create(
                memory.duplicate().order(ByteOrder.nativeOrder()).position(0).limit(bytes), shape, type));
    }
}
