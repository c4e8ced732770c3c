package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.InputAffine;
import io.github.sae4j.core.OutputAffine;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.TemporalPrediction;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.core.internal.host.KernelParts;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An SAE's weights as tensors that live until the last kernel that uses them is closed.
 *
 * <p>On the CPU a matrix's tensors lie over its buffers, so those of a mapped file are the file's pages; there is one
 * tensor for each buffer. On CUDA they are copies on the device, joined to one tensor.
 *
 * <p>The binding cannot make a bfloat16 tensor, and asking it to ends the process. So the bytes are first taken for
 * float16, which has the same size, and a script then gives the same storage its true type. Only the float16 array keeps
 * the buffer reachable, so both stay.
 */
final class TorchWeights implements AutoCloseable {

    private final PtNDManager manager;
    private final Script script;
    private final @Nullable TorchMatrix encoder;
    private final @Nullable TorchMatrix decoder;
    private final @Nullable DecoderRows decoderRows;
    private final @Nullable TorchMatrix skip;
    private final PtNDArray decoderBias;
    private final PtNDArray bias;
    private final PtNDArray[] parameters;
    private final PtNDArray[] inputAffine;
    private final PtNDArray[] outputAffine;
    private final int heads;
    private final List<TorchAttention> attention;
    private int users = 1;

    private TorchWeights(KernelParts parts, PtNDManager manager, Script script) {
        this.manager = manager;
        this.script = script;
        this.encoder = parts.encoder() == null ? null : matrix(parts.encoder());
        this.decoder = parts.decoder() == null ? null : matrix(parts.decoder());
        this.decoderRows = decoder == null
                ? null
                : new DecoderRows(
                        script, decoder, parts.config().dSae(), parts.config().dOut(), (PtNDManager)
                                manager.newSubManager());
        this.skip = parts.skip() == null ? null : matrix(parts.skip().transposed());
        this.decoderBias = vector(parts.decoderBias());
        if (parts.rule() instanceof BlockRule rule) {
            this.bias = vector(rule.bias());
            this.parameters = rule.parameters().stream().map(this::vector).toArray(PtNDArray[]::new);
        } else {
            this.bias = vector(new float[0]);
            this.parameters = new PtNDArray[0];
        }
        InputAffine input = parts.inputAffine();
        OutputAffine output = parts.outputAffine();
        this.inputAffine =
                input == null ? new PtNDArray[0] : new PtNDArray[] {vector(input.centre()), vector(input.gain())};
        this.outputAffine =
                output == null ? new PtNDArray[0] : new PtNDArray[] {vector(output.gain()), vector(output.offset())};
        TemporalPrediction prediction = parts.prediction();
        this.heads = prediction == null ? 0 : prediction.heads();
        this.attention = prediction == null
                ? List.of()
                : prediction.layers().stream().map(this::attention).toList();
        manager.cap();
    }

    /**
     * Takes weights to a device.
     *
     * @throws SaeException if the engine fails
     */
    static TorchWeights open(KernelParts parts, Device device, Script script) {
        PtNDManager manager = TorchRuntime.newManager(device);
        try {
            return new TorchWeights(parts, manager, script);
        } catch (RuntimeException e) {
            manager.close();
            throw new SaeException(
                    SaeException.Reason.ENGINE,
                    "The weights could not be taken to " + device + ": " + e.getMessage(),
                    e);
        }
    }

    private TorchAttention attention(TemporalPrediction.Layer layer) {
        return new TorchAttention(
                linear(layer.query()), linear(layer.key()), linear(layer.value()), linear(layer.projection()));
    }

    private TorchAttention.TorchLinear linear(TemporalPrediction.Linear linear) {
        return new TorchAttention.TorchLinear(matrix(linear.weight().transposed()), vector(linear.bias()));
    }

    /** Returns the matrix {@code [d_in, d_sae]}; only where the rule has one. */
    TorchMatrix encoder() {
        return Objects.requireNonNull(encoder, "encoder");
    }

    /** Returns the matrix {@code [d_sae, d_out]}; only where something is decoded. */
    TorchMatrix decoder() {
        return Objects.requireNonNull(decoder, "decoder");
    }

    /** Returns the decoder as sparse decoding takes rows out of it; only where something is decoded. */
    DecoderRows decoderRows() {
        return Objects.requireNonNull(decoderRows, "decoder");
    }

    /** Returns the transpose of {@code W_skip}, {@code [d_in, d_out]}, or null if there is none. */
    @Nullable
    TorchMatrix skip() {
        return skip;
    }

    /** Returns {@code b_dec}, {@code [d_out]}, float32. */
    PtNDArray decoderBias() {
        return decoderBias;
    }

    /** Returns what is added to the products, {@code [d_sae]}, float32. */
    PtNDArray bias() {
        return bias;
    }

    /** Returns the rule's further parameters, {@code [d_sae]} each, float32. */
    PtNDArray[] parameters() {
        return parameters;
    }

    /** Returns centre and gain, {@code [d_in]}, float32, or nothing if the input is not transformed by elements. */
    PtNDArray[] inputAffine() {
        return inputAffine;
    }

    /** Returns gain and offset, {@code [d_out]}, float32, or nothing if the output is not transformed by elements. */
    PtNDArray[] outputAffine() {
        return outputAffine;
    }

    /** Returns the attention layers of a temporal prediction; none if there is none. */
    List<TorchAttention> attention() {
        return attention;
    }

    /** Returns the number of attention heads. */
    int heads() {
        return heads;
    }

    private TorchMatrix matrix(WeightMatrix matrix) {
        List<ByteBuffer> buffers = matrix.parts();
        long width = matrix.isTransposed() ? matrix.rows() : matrix.columns();
        PtNDArray[] parts = new PtNDArray[buffers.size()];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = part(buffers.get(i), width, matrix.type());
        }
        boolean gpu = device().isGpu();
        if (parts.length > 1 && gpu) {
            parts = join(parts, matrix.isTransposed() ? matrix.columns() : matrix.rows());
        }
        return new TorchMatrix(
                parts, matrix.isTransposed(), !gpu && (parts.length > 1 || matrix.type() != WeightType.FLOAT32));
    }

    private PtNDArray part(ByteBuffer buffer, long columns, WeightType type) {
        ByteBuffer aligned = buffer.alignmentOffset(0, type.bytes()) == 0 ? buffer : copyOf(buffer);
        Shape shape = new Shape(aligned.remaining() / (columns * type.bytes()), columns);
        DataType carrier = type == WeightType.FLOAT32 ? DataType.FLOAT32 : DataType.FLOAT16;
        PtNDArray array = keep(manager.create(aligned, shape, carrier));
        if (type != WeightType.BFLOAT16) {
            return array;
        }
        try (Script.Call call = script.call("as_bfloat16").with(array)) {
            return keep(call.runToTensor(manager));
        }
    }

    private PtNDArray[] join(PtNDArray[] parts, long rows) {
        try (Script.Call call = script.call("join_rows").with(parts).with(rows)) {
            PtNDArray whole = keep(call.runToTensor(manager));
            for (PtNDArray part : parts) {
                part.close();
            }
            return new PtNDArray[] {whole};
        }
    }

    private PtNDArray vector(float[] values) {
        return keep((PtNDArray) manager.create(values));
    }

    Device device() {
        return manager.getDevice();
    }

    /** A scope that the caller has open would close the weights with it. */
    static PtNDArray keep(PtNDArray array) {
        NDScope.unregister(array);
        return array;
    }

    private static ByteBuffer copyOf(ByteBuffer buffer) {
        return ByteBuffer.allocateDirect(buffer.remaining())
                .put(buffer.duplicate())
                .flip();
    }

    /** Returns these weights for one more user, who closes them too. */
    synchronized TorchWeights shared() {
        users++;
        return this;
    }

    /** Ends one user's use, and releases the weights with the last. */
    @Override
    public synchronized void close() {
        users--;
        if (users == 0) {
            manager.close();
        }
    }
}
