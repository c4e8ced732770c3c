package io.github.sae4j.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The conversion of a matrix to another number format: exact where that is wider, rounded to nearest where not. */
final class WeightConversion {

    /** How many rows' worth of bytes a new buffer holds at most, unless one row has more. */
    private static final int PART_BYTES = 1 << 28;

    private final WeightMatrix matrix;
    private final WeightType type;

    private WeightConversion(WeightMatrix matrix, WeightType type) {
        this.matrix = matrix;
        this.type = type;
    }

    static List<ByteBuffer> convert(WeightMatrix matrix, WeightType type) {
        return new WeightConversion(matrix, type).parts();
    }

    private List<ByteBuffer> parts() {
        List<ByteBuffer> parts = new ArrayList<>();
        long row = 0;
        for (ByteBuffer source : matrix.parts()) {
            long rows = source.remaining() / sourceRowBytes();
            long rowsInPart = Math.max(1, PART_BYTES / Math.max(1, matrix.storedColumns() * type.bytes()));
            for (long first = 0; first < rows; first += rowsInPart) {
                parts.add(part(source, first, Math.min(rowsInPart, rows - first), row));
            }
            row += rows;
        }
        return parts;
    }

    private ByteBuffer part(ByteBuffer source, long first, long rows, long rowsBefore) {
        ByteBuffer target = allocate(rows * matrix.storedColumns() * type.bytes());
        int columns = Math.toIntExact(matrix.storedColumns());
        IntStream.range(0, Math.toIntExact(rows)).parallel().forEach(row -> {
            int from = Math.toIntExact((first + row) * sourceRowBytes());
            int to = row * columns * type.bytes();
            for (int column = 0; column < columns; column++) {
                float value =
                        matrix.type().get(source, from + column * matrix.type().bytes());
                type.put(target, to + column * type.bytes(), value);
                if (type == WeightType.FLOAT16 && Float.isFinite(value)) {
                    requireFits(value, target, to + column * type.bytes(), rowsBefore + first + row, column);
                }
            }
        });
        return target;
    }

    private void requireFits(float value, ByteBuffer target, int at, long row, int column) {
        if (Float.isInfinite(type.get(target, at))) {
            boolean turned = matrix.isTransposed();
            throw new SaeException("The weight " + value + " in row " + (turned ? column : row) + ", column "
                    + (turned ? row : column)
                    + " is too large for " + type + ", whose largest number is 65504.");
        }
    }

    private long sourceRowBytes() {
        return matrix.storedColumns() * matrix.type().bytes();
    }

    private ByteBuffer allocate(long bytes) {
        try {
            return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
        } catch (OutOfMemoryError e) {
            throw new SaeException(
                    SaeException.Reason.OUT_OF_MEMORY,
                    "There is no memory outside the heap for a [" + matrix.rows() + ", " + matrix.columns()
                            + "] matrix in " + type + ": start Java with a larger -XX:MaxDirectMemorySize, or keep "
                            + matrix.type() + ".",
                    e);
        }
    }
}
