package io.github.sae4j.data.internal.arrow;

import com.google.flatbuffers.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Union;
import org.apache.arrow.flatbuf.UnionMode;
import org.jspecify.annotations.Nullable;

/**
 * A column of numbers, or of lists of them, maybe lists of lists.
 *
 * @param name its name
 * @param dtype the type of the numbers as safetensors spells it, for example {@code F32}
 * @param levels its lists, the outer first; none for plain numbers
 */
record ArrowField(String name, String dtype, List<Level> levels) {

    /** The lists of one level. */
    record Level(Kind kind, int fixedLength) {}

    /** How lists are stored. */
    enum Kind {
        /** Offsets of 4 bytes. */
        LIST,
        /** Offsets of 8 bytes. */
        LARGE_LIST,
        /** All have one length, which the type says. */
        FIXED_SIZE_LIST;

        /** Returns how many bytes an offset has. */
        int offsetBytes() {
            return this == LIST ? Integer.BYTES : Long.BYTES;
        }
    }

    /** Returns a field as such a column, or null if it is something else. */
    static @Nullable ArrowField of(Field field) {
        List<Level> levels = new ArrayList<>();
        Field at = field;
        while (at.dictionary() == null && at.childrenLength() == 1) {
            switch (at.typeType()) {
                case Type.List -> levels.add(new Level(Kind.LIST, 0));
                case Type.LargeList -> levels.add(new Level(Kind.LARGE_LIST, 0));
                case Type.FixedSizeList ->
                    levels.add(new Level(
                            Kind.FIXED_SIZE_LIST, ((FixedSizeList) type(at, new FixedSizeList())).listSize()));
                default -> {
                    return null;
                }
            }
            at = at.children(0);
        }
        String dtype = at.dictionary() == null ? dtype(at) : null;
        return dtype == null ? null : new ArrowField(String.valueOf(field.name()), dtype, List.copyOf(levels));
    }

    private static Table type(Field field, Table table) {
        return field.type(table);
    }

    private static @Nullable String dtype(Field field) {
        if (field.typeType() == Type.FloatingPoint) {
            return switch (((FloatingPoint) type(field, new FloatingPoint())).precision()) {
                case Precision.HALF -> "F16";
                case Precision.SINGLE -> "F32";
                default -> "F64";
            };
        }
        if (field.typeType() == Type.Int) {
            Int type = (Int) type(field, new Int());
            return (type.isSigned() ? "I" : "U") + type.bitWidth();
        }
        return null;
    }

    /** Returns the size of a number in bytes. */
    int bytes() {
        return Integer.parseInt(dtype.substring(1)) / Byte.SIZE;
    }

    /** Returns how many nodes a field of any type has in a record batch, its own and those of its children. */
    static int nodes(Field field) {
        int nodes = 1;
        for (int child = 0; field.dictionary() == null && child < field.childrenLength(); child++) {
            nodes += nodes(field.children(child));
        }
        return nodes;
    }

    /**
     * Returns how many buffers a field of any type has in a record batch, its own and those of its children.
     *
     * @param variadic gives the number of buffers of each view of bytes or texts, in the order of the fields
     */
    static int buffers(Field field, LongSupplier variadic) {
        if (field.dictionary() != null) {
            return 2;
        }
        int buffers = switch (field.typeType()) {
            case Type.Null, Type.RunEndEncoded -> 0;
            case Type.Struct_, Type.FixedSizeList -> 1;
            case Type.Binary, Type.Utf8, Type.LargeBinary, Type.LargeUtf8, Type.ListView, Type.LargeListView -> 3;
            case Type.BinaryView, Type.Utf8View -> 2 + Math.toIntExact(variadic.getAsLong());
            case Type.Union -> ((Union) type(field, new Union())).mode() == UnionMode.Dense ? 2 : 1;
            default -> 2;
        };
        for (int child = 0; child < field.childrenLength(); child++) {
            buffers += buffers(field.children(child), variadic);
        }
        return buffers;
    }
}
