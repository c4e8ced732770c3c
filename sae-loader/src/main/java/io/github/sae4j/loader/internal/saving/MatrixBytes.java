package io.github.sae4j.loader.internal.saving;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a matrix row by row, maybe in another number format and multiplied, in pieces: never is more than one
 * piece, or one row, in memory.
 */
final class MatrixBytes {

    private static final int PIECE_BYTES = 32 << 20;

    private final String name;
    private final WeightMatrix matrix;
    private final WeightType type;
    private final @Nullable Factors factors;
    private final int pieceBytes;

    private MatrixBytes(String name, WeightMatrix matrix, WeightType type, @Nullable Factors factors, int pieceBytes) {
        this.name = name;
        this.matrix = matrix;
        this.type = type;
        this.factors = factors;
        this.pieceBytes = pieceBytes;
    }

    /** What elements are multiplied by. */
    @FunctionalInterface
    interface Factors {
        double at(long row, long column);
    }

    /**
     * Describes what to write.
     *
     * @param name for sentences
     * @param factors null to take elements as they are
     */
    static MatrixBytes of(String name, WeightMatrix matrix, WeightType type, @Nullable Factors factors) {
        return new MatrixBytes(name, matrix, type, factors, PIECE_BYTES);
    }

    /** Returns the same in pieces of another size. */
    MatrixBytes inPiecesOf(int bytes) {
        return new MatrixBytes(name, matrix, type, factors, bytes);
    }

    /**
     * Gives away the bytes, in order.
     *
     * @param sink takes little-endian buffers that are its own until it returns
     * @throws SaeLoadException if a finite element is too large for the number format
     */
    void writeTo(Consumer<ByteBuffer> sink) {
        if (factors == null && type == matrix.type() && !matrix.isTransposed()) {
            matrix.parts().forEach(sink);
            return;
        }
        long rowBytes = matrix.columns() * type.bytes();
        long rowsAtOnce = Math.min(matrix.rows(), Math.max(1, pieceBytes / rowBytes));
        ByteBuffer piece = ByteBuffer.allocateDirect(Math.toIntExact(rowsAtOnce * rowBytes))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (long first = 0; first < matrix.rows(); first += rowsAtOnce) {
            int rows = (int) Math.min(rowsAtOnce, matrix.rows() - first);
            if (matrix.isTransposed()) {
                fillFromColumns(piece, first, rows);
            } else {
                fillFromRows(piece, first, rows);
            }
            sink.accept(piece.duplicate().order(ByteOrder.LITTLE_ENDIAN).limit((int) (rows * rowBytes)));
        }
    }

    private void fillFromRows(ByteBuffer piece, long first, int rows) {
        int columns = Math.toIntExact(matrix.columns());
        int width = matrix.type().bytes();
        long partFirst = 0;
        for (ByteBuffer part : matrix.parts()) {
            long start = partFirst;
            long end = start + part.remaining() / ((long) columns * width);
            IntStream.range((int) (Math.max(first, start) - first), (int) (Math.min(first + rows, end) - first))
                    .parallel()
                    .forEach(row -> {
                        int from = Math.toIntExact((first + row - start) * columns * width);
                        int to = row * columns * type.bytes();
                        for (int column = 0; column < columns; column++) {
                            put(part, from + column * width, piece, to + column * type.bytes(), first + row, column);
                        }
                    });
            partFirst = end;
        }
    }

    /** Each stored row is a column here, of which a stretch is taken. */
    private void fillFromColumns(ByteBuffer piece, long first, int rows) {
        int storedWidth = Math.toIntExact(matrix.rows());
        int columns = Math.toIntExact(matrix.columns());
        int width = matrix.type().bytes();
        int partFirst = 0;
        for (ByteBuffer part : matrix.parts()) {
            int start = partFirst;
            int count = part.remaining() / (storedWidth * width);
            IntStream.range(0, count).parallel().forEach(column -> {
                int from = (column * storedWidth + (int) first) * width;
                int to = (start + column) * type.bytes();
                for (int row = 0; row < rows; row++) {
                    put(
                            part,
                            from + row * width,
                            piece,
                            to + row * columns * type.bytes(),
                            first + row,
                            start + column);
                }
            });
            partFirst = start + count;
        }
    }

    private void put(ByteBuffer source, int from, ByteBuffer target, int to, long row, long column) {
        float stored = matrix.type().get(source, from);
        type.put(target, to, factors == null ? stored : (float) (stored * factors.at(row, column)));
        if (Float.isFinite(stored) && !Float.isFinite(type.get(target, to))) {
            throw new SaeLoadException(
                    Reason.NOT_SAVABLE,
                    "The weight " + stored + " in row " + row + ", column " + column + " of " + name
                            + " is too large to be saved in " + type + ".");
        }
    }
}
