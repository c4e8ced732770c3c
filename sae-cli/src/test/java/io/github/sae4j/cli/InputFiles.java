package io.github.sae4j.cli;

import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import io.github.sae4j.safetensors.TensorView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes the files that tests give to the command, and reads those that it makes. */
final class InputFiles {

    private final Map<String, TensorSpec> specs = new LinkedHashMap<>();
    private final Map<String, ByteBuffer> bytes = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private InputFiles() {}

    static InputFiles safetensors() {
        return new InputFiles();
    }

    InputFiles floats(String name, long[] shape, float... values) {
        ByteBuffer buffer = buffer(values.length * Float.BYTES);
        buffer.asFloatBuffer().put(values);
        return raw(name, Dtype.F32, shape, buffer);
    }

    InputFiles ints(String name, int... values) {
        ByteBuffer buffer = buffer(values.length * Integer.BYTES);
        buffer.asIntBuffer().put(values);
        return raw(name, Dtype.I32, new long[] {values.length}, buffer);
    }

    InputFiles longs(String name, long... values) {
        ByteBuffer buffer = buffer(values.length * Long.BYTES);
        buffer.asLongBuffer().put(values);
        return raw(name, Dtype.I64, new long[] {values.length}, buffer);
    }

    InputFiles raw(String name, Dtype dtype, long[] shape, ByteBuffer values) {
        specs.put(name, new TensorSpec(name, dtype, shape));
        bytes.put(name, values);
        return this;
    }

    InputFiles metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    Path write(Path file) {
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, new ArrayList<>(specs.values()), metadata)) {
            bytes.forEach((name, values) -> writer.write(name, values.duplicate()));
            return writer.commit();
        }
    }

    static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Writes an npy file of version 1 with any header and any bytes after it. */
    static Path npy(Path file, String header, ByteBuffer values) {
        return npy(file, 1, header, values);
    }

    static Path npy(Path path, int version, String header, ByteBuffer values) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        int lengthBytes = version == 1 ? Short.BYTES : Integer.BYTES;
        byte[] file = new byte[8 + lengthBytes + text.length + values.remaining()];
        ByteBuffer all = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        all.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) version)
                .put((byte) 0);
        if (version == 1) {
            all.putShort((short) text.length);
        } else {
            all.putInt(text.length);
        }
        all.put(text).put(values.duplicate());
        return write(path, file);
    }

    static String npyHeader(String descr, String shape) {
        return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }   \n";
    }

    static Path write(Path file, byte[] content) {
        try {
            return Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static float[] floatsOf(Path file, String name) {
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            ByteBuffer values = read(opened.tensor(name));
            float[] floats = new float[values.remaining() / Float.BYTES];
            values.asFloatBuffer().get(floats);
            return floats;
        }
    }

    static int[] intsOf(Path file, String name) {
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            ByteBuffer values = read(opened.tensor(name));
            int[] ints = new int[values.remaining() / Integer.BYTES];
            values.asIntBuffer().get(ints);
            return ints;
        }
    }

    static long[] longsOf(Path file, String name) {
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            ByteBuffer values = read(opened.tensor(name));
            long[] longs = new long[values.remaining() / Long.BYTES];
            values.asLongBuffer().get(longs);
            return longs;
        }
    }

    private static ByteBuffer read(TensorView tensor) {
        ByteBuffer values = buffer(Math.toIntExact(tensor.byteSize()));
        tensor.read(0, values);
        return values.flip();
    }

    static long[] shapeOf(Path file, String name) {
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            return opened.tensor(name).shape();
        }
    }

    static List<String> tensorsOf(Path file) {
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            return opened.tensors().stream().map(TensorView::name).sorted().toList();
        }
    }

    static Map<String, String> metadataOf(Path file) {
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            return opened.metadata();
        }
    }
}
