package io.github.sae4j.data.features;

import io.github.sae4j.core.WeightType;
import io.github.sae4j.data.internal.files.Spool;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The features of one file of a delphi folder, from {@code first} to {@code last}: what is known of them so far waits in
 * temporary files, for how many there will be is known only at the end.
 */
final class DelphiSplit implements AutoCloseable {

    private static final int COORDINATES = 3;
    private static final int NARROW_END = 1 << Short.SIZE;
    private static final int BUFFERED = 1 << 14;

    /** The largest finite number of binary16. */
    static final float LARGEST_HALF = 65_504;

    private final int first;
    private final int last;
    private final Spool locations;
    private final Spool activations;
    private final ByteBuffer places =
            ByteBuffer.allocateDirect(BUFFERED * COORDINATES * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer halves =
            ByteBuffer.allocateDirect(BUFFERED * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long count;
    private int largest;

    DelphiSplit(Path folder, Path target, int first, int last) {
        this.first = first;
        this.last = last;
        this.locations = Spool.in(folder, target);
        try {
            this.activations = Spool.in(folder, target);
        } catch (RuntimeException e) {
            locations.close();
            throw e;
        }
    }

    /** Returns the last feature. */
    int last() {
        return last;
    }

    /** Appends an activation of one of the split's features. */
    void add(int sequence, int position, int feature, float activation) {
        int offset = feature - first;
        largest = Math.max(largest, Math.max(sequence, Math.max(position, offset)));
        places.putInt(sequence).putInt(position).putInt(offset);
        putClamped(halves, activation);
        count++;
        if (!halves.hasRemaining()) {
            flush();
        }
    }

    /**
     * Puts the nearest half-precision number at a buffer's position, the even one of two that are equally near. Numbers
     * beyond the largest become the largest, infinities too; NaN stays NaN.
     */
    static void putClamped(ByteBuffer target, float value) {
        int at = target.position();
        WeightType.FLOAT16.put(target, at, Math.max(-LARGEST_HALF, Math.min(LARGEST_HALF, value)));
        target.position(at + WeightType.FLOAT16.bytes());
    }

    private void flush() {
        locations.append(places.flip());
        activations.append(halves.flip());
        places.clear();
        halves.clear();
    }

    /**
     * Writes the file.
     *
     * @param folder where
     * @param tokens the ids of all tokens
     * @param shape how these are arranged
     * @param metadata where the numbers come from
     */
    void write(Path folder, Spool tokens, long[] shape, Map<String, String> metadata) {
        flush();
        boolean narrow = largest < NARROW_END;
        List<TensorSpec> tensors = List.of(
                new TensorSpec("locations", narrow ? Dtype.U16 : Dtype.U32, count, COORDINATES),
                new TensorSpec("activations", Dtype.F16, count),
                new TensorSpec("tokens", Dtype.I64, shape));
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(folder.resolve(first + "_" + last + ".safetensors"), tensors, metadata)) {
            locations.copyTo(bytes -> writer.write("locations", narrow ? narrowed(bytes) : bytes));
            activations.copyTo(bytes -> writer.write("activations", bytes));
            tokens.copyTo(bytes -> writer.write("tokens", bytes));
            writer.commit();
        }
    }

    private static ByteBuffer narrowed(ByteBuffer bytes) {
        IntBuffer wide = bytes.asIntBuffer();
        ByteBuffer narrow =
                ByteBuffer.allocateDirect(wide.remaining() * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        ShortBuffer numbers = narrow.asShortBuffer();
        while (wide.hasRemaining()) {
            numbers.put((short) wide.get());
        }
        return narrow;
    }

    @Override
    public void close() {
        try {
            locations.close();
        } finally {
            activations.close();
        }
    }
}
