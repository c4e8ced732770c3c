package io.github.sae4j.core.internal.vector;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A weight matrix as it lies in memory: rows in one or more buffers. */
final class StoredMatrix {

    private final WeightType type;
    private final long width;
    private final ByteBuffer[] buffers;
    private final Object[] memories;
    private final long[] firstRows;

    /** Reads a matrix, or the transpose of one that lies transposed, by the rows that are stored. */
    StoredMatrix(WeightMatrix matrix) {
        List<ByteBuffer> parts = matrix.parts();
        this.type = matrix.type();
        this.width = matrix.isTransposed() ? matrix.rows() : matrix.columns();
        this.buffers = parts.toArray(ByteBuffer[]::new);
        this.memories = parts.stream().map(Memory::of).toArray();
        this.firstRows = new long[buffers.length + 1];
        for (int part = 0; part < buffers.length; part++) {
            firstRows[part + 1] = firstRows[part] + buffers[part].remaining() / rowBytes();
        }
    }

    WeightType type() {
        return type;
    }

    /** Returns the bytes of a row. */
    long rowBytes() {
        return width * type.bytes();
    }

    /** Returns the numbers of a row. */
    int width() {
        return (int) width;
    }

    /** Returns which part has a row. */
    int partOf(long row) {
        int part = 0;
        while (row >= firstRows[part + 1]) {
            part++;
        }
        return part;
    }

    /** Returns the row after the last of a part. */
    long endOf(int part) {
        return firstRows[part + 1];
    }

    /** Returns the memory of a part, for {@link Memory#LOAD}. */
    Object memory(int part) {
        return memories[part];
    }

    /** Reads ints from a byte position of a part. */
    void read(int part, long position, int[] to, int offset, int count) {
        buffers[part]
                .slice((int) position, count * Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer()
                .get(to, offset, count);
    }

    /** Returns the byte position of a number in its part's memory. */
    long position(int part, long row, long column) {
        return (row - firstRows[part]) * rowBytes() + column * type.bytes();
    }

    /** Returns one number. */
    float get(int part, long row, long column) {
        return at(part, position(part, row, column));
    }

    /** Returns the number at a byte position of a part. */
    float at(int part, long position) {
        return type.get(buffers[part], (int) position);
    }
}
