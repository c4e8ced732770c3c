package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.engine.PtNDArray;

/** An attention layer's weights as tensors. */
record TorchAttention(TorchLinear query, TorchLinear key, TorchLinear value, TorchLinear projection) {

    /**
     * A linear map as tensors.
     *
     * @param matrix {@code [inputs, outputs]}
     * @param bias {@code [outputs]}, float32
     */
    record TorchLinear(TorchMatrix matrix, PtNDArray bias) {

        Script.Call with(Script.Call call) {
            return call.with(matrix).with(bias);
        }
    }

    /** Adds all tensors to a kernel's arguments. */
    Script.Call with(Script.Call call) {
        return projection.with(value.with(key.with(query.with(call))));
    }
}
