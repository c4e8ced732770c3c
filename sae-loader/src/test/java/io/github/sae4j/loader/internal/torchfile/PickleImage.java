package io.github.sae4j.loader.internal.torchfile;

import io.github.sae4j.loader.internal.container.ZipImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/** The bytes of a pickle, put together instruction by instruction. */
final class PickleImage {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Begins a pickle of protocol 2. */
    static PickleImage begin() {
        return new PickleImage().op(Opcode.PROTO, 2);
    }

    /** Returns a pickle of a dictionary with one tensor {@code W}, whose storage {@code 0} has as many float32. */
    static PickleImage ofTensor(long elements, long offset, long[] shape, long[] strides) {
        return begin().op(Opcode.EMPTY_DICT)
                .text("W")
                .tensor("FloatStorage", "0", elements, offset, shape, strides)
                .op(Opcode.SETITEM, Opcode.STOP);
    }

    /** Appends instructions or their arguments. */
    PickleImage op(int... bytes) {
        for (int value : bytes) {
            out.write(value);
        }
        return this;
    }

    PickleImage text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return op(Opcode.BINUNICODE).i4(utf8.length).raw(utf8);
    }

    PickleImage whole(long value) {
        return op(Opcode.LONG1, 8)
                .raw(ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(value)
                        .array());
    }

    PickleImage global(String module, String name) {
        return op(Opcode.GLOBAL).raw((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    }

    PickleImage i4(int value) {
        return raw(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    PickleImage raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    PickleImage storage(String type, String key, long elements) {
        return op(Opcode.MARK)
                .text("storage")
                .global("torch", type)
                .text(key)
                .text("cpu")
                .whole(elements)
                .op(Opcode.TUPLE, Opcode.BINPERSID);
    }

    PickleImage tensor(String type, String key, long elements, long offset, long[] shape, long[] strides) {
        return tensor(type, key, elements, offset, shape, strides, pickle -> pickle);
    }

    /** Appends a tensor with some instructions that push a further argument. */
    PickleImage tensor(
            String type,
            String key,
            long elements,
            long offset,
            long[] shape,
            long[] strides,
            UnaryOperator<PickleImage> metadata) {
        PickleImage start = global("torch._utils", "_rebuild_tensor_v2")
                .op(Opcode.MARK)
                .storage(type, key, elements)
                .whole(offset)
                .tuple(shape)
                .tuple(strides)
                .op(Opcode.NEWFALSE)
                .global("collections", "OrderedDict")
                .op(Opcode.EMPTY_TUPLE, Opcode.REDUCE);
        return metadata.apply(start).op(Opcode.TUPLE, Opcode.REDUCE);
    }

    PickleImage tuple(long... numbers) {
        op(Opcode.MARK);
        for (long number : numbers) {
            whole(number);
        }
        return op(Opcode.TUPLE);
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    /** Returns an archive with this pickle and a storage of so many bytes. */
    ZipImage archive(int storageBytes) {
        return new ZipImage().stored("archive/data.pkl", bytes()).stored("archive/data/0", new byte[storageBytes]);
    }
}
