package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The copy of a matrix that lies transposed, row by row, in memory of its own. */
public final class RowByRow extends WorkerPool.Work {

    /** Bytes of a buffer at most, unless one row has more. */
    private static final int PART_BYTES = 1 << 28;

    /** Rows of the copy that are filled together: a few lines of the cache for each row of the source. */
    private static final int SHARE = 64;

    private final WeightMatrix matrix;
    private final List<ByteBuffer> copies = new ArrayList<>();
    private final int rows;
    private final int columns;
    private final int rowsInPart;

    private RowByRow(WeightMatrix matrix) {
        this.matrix = matrix;
        this.rows = (int) matrix.rows();
        this.columns = (int) matrix.columns();
        int rowBytes = columns * matrix.type().bytes();
        this.rowsInPart = Math.max(SHARE, PART_BYTES / rowBytes / SHARE * SHARE);
        for (int first = 0; first < rows; first += rowsInPart) {
            int count = Math.min(rowsInPart, rows - first);
            copies.add(ByteBuffer.allocateDirect(Math.multiplyExact(count, rowBytes))
                    .order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    /**
     * Returns a copy.
     *
     * @param matrix one that {@linkplain WeightMatrix#isTransposed() lies transposed}
     * @throws OutOfMemoryError if there is no memory for it outside the heap
     */
    public static WeightMatrix of(WeightMatrix matrix, Workers workers) {
        RowByRow copy = new RowByRow(matrix);
        workers.run(copy, (copy.rows + SHARE - 1) / SHARE, workers.size());
        return WeightMatrix.of(matrix.type(), matrix.rows(), matrix.columns(), copy.copies);
    }

    @Override
    protected void part(int slot, int share) {
        int first = share * SHARE;
        int end = Math.min(first + SHARE, rows);
        ByteBuffer target = copies.get(first / rowsInPart);
        int origin = first / rowsInPart * rowsInPart;
        WeightType type = matrix.type();
        int column = 0;
        for (ByteBuffer part : matrix.parts()) {
            int storedRows = part.remaining() / (rows * type.bytes());
            for (int stored = 0; stored < storedRows; stored++, column++) {
                for (int row = first; row < end; row++) {
                    int from = (stored * rows + row) * type.bytes();
                    int to = ((row - origin) * columns + column) * type.bytes();
                    if (type == WeightType.FLOAT32) {
                        target.putInt(to, part.getInt(from));
                    } else {
                        target.putShort(to, part.getShort(from));
                    }
                }
            }
        }
    }
}
