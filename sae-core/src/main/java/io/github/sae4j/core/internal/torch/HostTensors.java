package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.sae4j.core.internal.host.Encoded;
import io.github.sae4j.core.internal.host.FoundRows;
import io.github.sae4j.core.internal.host.HostSae;
import io.github.sae4j.core.internal.host.NotFinite;
import io.github.sae4j.core.internal.host.Rows;
import io.github.sae4j.core.internal.host.SaeKernel;
import io.github.sae4j.core.internal.host.Tokens;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Takes DJL's arrays to a kernel that runs in Java and back: rows are copied to the heap, results into tensors' memory. */
public final class HostTensors implements TensorKernel {

    private final HostSae sae;
    private final int dIn;
    private final int dSae;
    private final int dOut;
    private final boolean checksFinite;
    private final Script script;
    private final PtNDManager calls;

    /**
     * Starts libtorch, unless it runs already.
     *
     * @param sae what computes
     * @param checksFinite whether NaN and infinity are rejected
     */
    public HostTensors(HostSae sae, int dIn, int dSae, int dOut, boolean checksFinite) {
        this.sae = sae;
        this.dIn = dIn;
        this.dSae = dSae;
        this.dOut = dOut;
        this.checksFinite = checksFinite;
        this.script = Script.withRule("h");
        this.calls = TorchRuntime.newManager(Device.cpu());
    }

    @Override
    public NDManager newCall() {
        return calls.newSubManager();
    }

    @Override
    public TensorEncoded encodeSparse(NDManager call, NDArray x, int tokens) {
        return new TensorEncoded(sae.encode(rows(call, x, dIn), tokens), null);
    }

    @Override
    public void encodeDense(NDManager call, NDArray x, int tokens, NDArray dense) {
        sae.encodeDense(rows(call, x, dIn), tokens, (from, to) -> memory((PtNDArray) dense, tokens, from, to));
    }

    @Override
    public Encoded normalize(NDManager call, NDArray x, int tokens) {
        return sae.normalize(rows(call, x, dIn), tokens);
    }

    @Override
    public void decode(NDManager call, Rows rows, float @Nullable [] scale, float @Nullable [] shift, NDArray out) {
        int tokens = rows.offsets().length - 1;
        sae.decode(rows, scale, shift, null, into(out, tokens, 0));
    }

    private SaeKernel.Target into(NDArray out, int tokens, int first) {
        return (from, to, decoded) ->
                memory((PtNDArray) out, tokens, first + from, first + to).put(0, decoded, 0, (to - from) * dOut);
    }

    @Override
    public void decodeDense(
            NDManager call,
            NDArray features,
            int tokens,
            float @Nullable [] scale,
            float @Nullable [] shift,
            NDArray out) {
        Tokens rows = rows(call, features, dSae);
        int step = Math.max(1, Tokens.VALUES_AT_ONCE / dSae);
        float[] dense = new float[Math.min(step, tokens) * dSae];
        FoundRows found = new FoundRows();
        for (int from = 0; from < tokens; from += step) {
            int to = Math.min(tokens, from + step);
            rows.copy(from, to, dense);
            if (checksFinite) {
                requireFinite(dense, from, to);
            }
            found.clear();
            gather(dense, to - from, found);
            try {
                sae.decode(found.rows(), part(scale, from, to), part(shift, from, to), null, into(out, tokens, from));
            } catch (NotFinite e) {
                throw e.after(from);
            }
        }
    }

    private void requireFinite(float[] dense, int from, int to) {
        for (int at = 0; at < (to - from) * dSae; at++) {
            if (!Float.isFinite(dense[at])) {
                throw InputTransform.notFinite("features", from + at / dSae, at % dSae);
            }
        }
    }

    private void gather(float[] dense, int tokens, FoundRows found) {
        int[] counts = new int[1];
        for (int token = 0; token < tokens; token++) {
            counts[0] = 0;
            for (int at = token * dSae; at < (token + 1) * dSae; at++) {
                counts[0] += dense[at] == 0 ? 0 : 1;
            }
            found.extend(counts, 1);
            for (int at = token * dSae; at < (token + 1) * dSae; at++) {
                if (dense[at] != 0) {
                    found.add(0, 1, at - token * dSae, dense[at]);
                }
            }
        }
    }

    private static float @Nullable [] part(float @Nullable [] factors, int from, int to) {
        return factors == null ? null : Arrays.copyOfRange(factors, from, to);
    }

    @Override
    public void completeReconstruction(NDManager call, NDArray x, TensorEncoded encoded, NDArray out) {
        if (!sae.hasSkip()) {
            return;
        }
        int tokens = (int) (out.getShape().size() / dOut);
        Tokens rows = rows(call, x, dIn);
        int step = Math.max(1, Tokens.VALUES_AT_ONCE / dOut);
        float[] sums = new float[Math.min(step, tokens) * dOut];
        for (int from = 0; from < tokens; from += step) {
            int to = Math.min(tokens, from + step);
            FloatBuffer decoded = memory((PtNDArray) out, tokens, from, to);
            decoded.get(0, sums, 0, (to - from) * dOut);
            sae.addSkip(rows, from, to, sums);
            decoded.put(0, sums, 0, (to - from) * dOut);
        }
    }

    /** Returns the rows of an array of any number format and layout, copied as they are asked for. */
    private Tokens rows(NDManager call, NDArray array, int width) {
        return (from, to, target) -> {
            try (Script.Call hostRows = script.call("host_rows");
                    PtNDArray part = hostRows.with((PtNDArray) array)
                            .with(width)
                            .with(from)
                            .with(to - from)
                            .runToTensor((PtNDManager) call)) {
                HostArrays.floats(part).get(0, target, 0, (to - from) * width);
            }
        };
    }

    private static FloatBuffer memory(PtNDArray array, int rows, int from, int to) {
        try (NDArray flat = array.reshape(rows, -1);
                PtNDArray part = (PtNDArray) flat.get("{}:{}", from, to)) {
            return HostArrays.floats(part);
        }
    }

    @Override
    public NDArray newArray(NDManager call, long... shape) {
        return HostArrays.empty((PtNDManager) call, new Shape(shape), DataType.FLOAT32, Device.cpu());
    }

    @Override
    public void requireFloats(NDArray array, String name) {
        TensorChecks.requireFloats(array, name, script);
    }

    @Override
    public void close() {
        calls.close();
    }
}
