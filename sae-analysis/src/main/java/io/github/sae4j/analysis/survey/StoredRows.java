package io.github.sae4j.analysis.survey;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The rows of a matrix as they lie in memory, which are its columns where it lies transposed. For use by several threads.
 *
 * @param parts the matrix's bytes
 * @param type its numbers' format
 * @param columns the length of a row
 */
record StoredRows(List<ByteBuffer> parts, WeightType type, int columns) {

    static StoredRows of(WeightMatrix matrix) {
        long columns = matrix.isTransposed() ? matrix.rows() : matrix.columns();
        return new StoredRows(matrix.parts(), matrix.type(), Math.toIntExact(columns));
    }

    /** Reads the columns from {@code from} on of a row, as many as {@code into} has room for. */
    void read(long row, int from, int count, float[] into) {
        long left = row;
        for (ByteBuffer part : parts) {
            long rowsHere = part.limit() / ((long) columns * type.bytes());
            if (left < rowsHere) {
                int at = (int) ((left * columns + from) * type.bytes());
                for (int i = 0; i < count; i++) {
                    into[i] = type.get(part, at + i * type.bytes());
                }
                return;
            }
            left -= rowsHere;
        }
        throw new IndexOutOfBoundsException("row " + row);
    }
}
