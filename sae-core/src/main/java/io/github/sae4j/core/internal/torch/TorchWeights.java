package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * An SAE's weights as tensors that live until the SAE is closed.
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

    TorchWeights(Device device, Script script) {
        this.manager = TorchRuntime.newManager(device);
        this.script = script;
    }

    PtNDArray[] matrix(WeightMatrix matrix) {
        List<ByteBuffer> buffers = matrix.parts();
        PtNDArray[] parts = new PtNDArray[buffers.size()];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = part(buffers.get(i), matrix.columns(), matrix.type());
        }
        return parts.length > 1 && manager.getDevice().isGpu() ? join(parts, matrix.rows()) : parts;
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

    PtNDArray vector(float[] values) {
        return keep((PtNDArray) manager.create(values));
    }

    /** Says that no more weights follow. */
    void seal() {
        manager.cap();
    }

    Device device() {
        return manager.getDevice();
    }

    /** A scope that the caller has open would close the weights with it. */
    private static PtNDArray keep(PtNDArray array) {
        NDScope.unregister(array);
        return array;
    }

    private static ByteBuffer copyOf(ByteBuffer buffer) {
        return ByteBuffer.allocateDirect(buffer.remaining())
                .put(buffer.duplicate())
                .flip();
    }

    @Override
    public void close() {
        manager.close();
    }
}
