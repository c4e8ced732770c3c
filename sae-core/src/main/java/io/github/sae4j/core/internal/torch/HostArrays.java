package io.github.sae4j.core.internal.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.github.sae4j.core.internal.host.SaeKernel;
import io.github.sae4j.core.internal.host.Tokens;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import org.jspecify.annotations.Nullable;

/** The way of values between the Java heap and arrays on the device of a manager. */
public final class HostArrays {

    private HostArrays() {}

    /**
     * Returns tokens of Java's memory as {@code [to - from, columns]} on the CPU, in memory that the manager's device can read
     * without a detour: kernels take them to the device chunk by chunk.
     */
    public static NDArray ofRows(NDManager call, Tokens rows, int from, int to, int columns) {
        PtNDArray array = call.getDevice().isGpu() && to > from
                ? pinned((PtNDManager) call, to - from, columns)
                : empty((PtNDManager) call, new Shape(to - from, columns), DataType.FLOAT32, Device.cpu());
        FloatBuffer buffer = floats(array);
        float[] token = new float[columns];
        for (int row = from; row < to; row++) {
            rows.copy(row, row + 1, token);
            buffer.put(token);
        }
        return array;
    }

    private static PtNDArray pinned(PtNDManager call, int rows, int columns) {
        try (Script.Call pinned = Script.withRule("h").call("pinned_rows")) {
            return pinned.with(rows).with(columns).runToTensor(call);
        }
    }

    /** Copies a float32 array of {@code rows * columns} elements to the Java heap, some rows at a time. */
    public static void copyRows(NDArray array, int rows, int columns, SaeKernel.Target target) {
        int step = Math.max(1, Tokens.VALUES_AT_ONCE / columns);
        float[] copy = new float[Math.min(step, rows) * columns];
        NDArray flat = array.reshape(rows, columns);
        for (int first = 0; first < rows; first += step) {
            int end = Math.min(first + step, rows);
            try (PtNDArray part = (PtNDArray) flat.get("{}:{}", first, end)) {
                floats(part).get(copy, 0, (end - first) * columns);
            }
            target.take(first, end, copy);
        }
    }

    /** Returns a part of a Java array as float32 on the manager's device. */
    static PtNDArray ofFloats(PtNDManager call, float[] values, int from, int to) {
        PtNDArray array = empty(call, new Shape(to - from), DataType.FLOAT32, Device.cpu());
        floats(array).put(values, from, to - from);
        return array.toDevice(call.getDevice(), false);
    }

    /** Returns a part of a Java array as int32 on the manager's device. */
    static PtNDArray ofInts(PtNDManager call, int[] values, int from, int to) {
        PtNDArray array = empty(call, new Shape(to - from), DataType.INT32, Device.cpu());
        ints(array).put(values, from, to - from);
        return array.toDevice(call.getDevice(), false);
    }

    /** Returns a new array whose elements are not set yet. */
    static PtNDArray empty(PtNDManager manager, Shape shape, DataType type, Device device) {
        return JniUtils.createEmptyNdArray(manager, shape, type, device, SparseFormat.DENSE);
    }

    /** Returns an array over direct memory, from position 0 on. */
    static PtNDArray over(PtNDManager manager, ByteBuffer memory, Shape shape, DataType type) {
        int bytes = Math.toIntExact(shape.size() * type.getNumOfBytes());
        return TorchWeights.keep(manager.create(
                memory.duplicate().order(ByteOrder.nativeOrder()).position(0).limit(bytes), shape, type));
    }

    /** Returns the memory of a float32 array on the CPU itself, or of a copy of one on another device. */
    static FloatBuffer floats(PtNDArray array) {
        return bytes(array).asFloatBuffer();
    }

    /** Returns the memory of an int32 array on the CPU itself, or of a copy of one on another device. */
    static IntBuffer ints(PtNDArray array) {
        return bytes(array).asIntBuffer();
    }

    /** Returns the memory of an int64 array on the CPU itself, or of a copy of one on another device. */
    static LongBuffer longs(PtNDArray array) {
        return bytes(array).asLongBuffer();
    }

    /** Returns the memory of an array on the CPU itself, or of a copy of one on another device. */
    static ByteBuffer bytes(PtNDArray array) {
        return array.getShape().size() == 0
                ? ByteBuffer.allocate(0)
                : array.toDevice(Device.cpu(), false).toByteBuffer(true);
    }

    /** Returns the elements of float32 arrays, {@code size} of them together, or null if all arrays are empty. */
    static float @Nullable [] joined(PtNDArray[] parts, int size) {
        float[] values = new float[size];
        int at = 0;
        for (PtNDArray part : parts) {
            FloatBuffer buffer = floats(part);
            int count = buffer.remaining();
            buffer.get(values, at, count);
            at += count;
        }
        return at == 0 ? null : values;
    }
}
