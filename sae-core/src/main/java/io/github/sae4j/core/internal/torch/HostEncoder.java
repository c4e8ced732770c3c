package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.sae4j.core.internal.host.HostSae;
import org.jspecify.annotations.Nullable;

/** Encodes tensors with a kernel in Java: copies rows to the heap, and features into a dense tensor's memory. */
final class HostEncoder implements TorchEncoder {

    private final Script script;
    private final HostSae host;
    private final int dIn;

    HostEncoder(Script script, HostSae host, int dIn) {
        this.script = script;
        this.host = host;
        this.dIn = dIn;
    }

    @Override
    public Encoded encode(PtNDManager call, PtNDArray x, int tokens, @Nullable PtNDArray dense) {
        HostSae.Tokens rows = (from, to, target) -> copy(call, x, from, to, target);
        HostSae.Result result = dense == null
                ? host.encode(rows, tokens)
                : host.encodeDense(rows, tokens, HostArrays.rowsOf(dense, tokens));
        return new Encoded(result.rows(), result.scale(), result.shift(), null);
    }

    private void copy(PtNDManager call, PtNDArray x, int from, int to, float[] target) {
        try (Script.Call hostRows = script.call("host_rows");
                PtNDArray part =
                        hostRows.with(x).with(dIn).with(from).with(to - from).runToTensor(call)) {
            HostArrays.floats(part).get(0, target, 0, (to - from) * dIn);
        }
    }
}
