package io.github.sae4j.loader.internal.torchfile;

import io.github.sae4j.loader.internal.container.ZipImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A file of PyTorch with float32 tensors that a test names. */
public final class StateDictImage {

    private final PickleImage pickle = PickleImage.begin().op(Opcode.EMPTY_DICT);
    private final Map<String, byte[]> storages = new LinkedHashMap<>();

    /** Adds a tensor whose numbers lie row by row. */
    public StateDictImage tensor(String name, float[] values, long... shape) {
        String key = String.valueOf(storages.size());
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        storages.put(key, bytes.array());
        long[] strides = shape.length == 2 ? new long[] {shape[1], 1} : new long[] {1};
        pickle.text(name)
                .tensor("FloatStorage", key, values.length, 0, shape, strides)
                .op(Opcode.SETITEM);
        return this;
    }

    /** Writes the file. */
    public void write(Path path) throws IOException {
        ZipImage archive =
                new ZipImage().stored("archive/data.pkl", pickle.op(Opcode.STOP).bytes());
        storages.forEach((key, bytes) -> archive.stored("archive/data/" + key, bytes));
        archive.write(path);
    }
}
