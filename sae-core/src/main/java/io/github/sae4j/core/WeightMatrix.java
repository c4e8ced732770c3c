package io.github.sae4j.core;

import io.github.sae4j.core.internal.host.NonFinite;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * A large matrix in host memory: row-major, little-endian, in one or more buffers that follow each other.
 *
 * <p>Publishers store some matrices transposed. {@link #transposed()} gives the matrix that is meant over the bytes as
 * they are: nothing is copied, and kernels read it with a stride.
 *
 * <p>Direct buffers are used where they lie, so a memory-mapped file is never copied; the matrix keeps them reachable.
 * Their bytes must not change while an SAE uses them. Several buffers serve matrices of more than 2 GiB.
 *
 * <pre>{@code
 * WeightMatrix encoder = WeightMatrix.of(WeightType.BFLOAT16, dIn, dSae, List.of(bytes));
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class WeightMatrix {

    private final WeightType type;
    private final long storedRows;
    private final long storedColumns;
    private final boolean transposed;
    private final List<ByteBuffer> parts;
    private final Look look;

    /** What is known of numbers that are not finite; shared by all views on the same bytes. */
    private static final class Look {

        private static final long NOT_YET = -2;

        private long first = NOT_YET;
    }

    private WeightMatrix(
            WeightType type,
            long storedRows,
            long storedColumns,
            boolean transposed,
            List<ByteBuffer> parts,
            Look look) {
        this.type = type;
        this.storedRows = storedRows;
        this.storedColumns = storedColumns;
        this.transposed = transposed;
        this.parts = parts;
        this.look = look;
    }

    /**
     * Returns a matrix over the remaining bytes of buffers.
     *
     * @param type the number format of the elements
     * @param rows the number of rows, at least 1
     * @param columns the number of columns, at least 1
     * @param parts consecutive whole rows each; direct buffers are used in place, others are copied
     * @throws SaeException if the parts are not whole rows or do not add up to {@code rows}
     */
    public static WeightMatrix of(WeightType type, long rows, long columns, List<ByteBuffer> parts) {
        SaeException.requirePresent(type, "type");
        SaeException.requirePresent(parts, "parts");
        if (rows < 1 || columns < 1 || columns > Integer.MAX_VALUE / type.bytes()) {
            throw new SaeException("A weight matrix cannot have the shape [" + rows + ", " + columns + "].");
        }
        long rowBytes = columns * type.bytes();
        List<ByteBuffer> direct = new ArrayList<>(parts.size());
        long found = 0;
        for (ByteBuffer part : parts) {
            ByteBuffer bytes = SaeException.requirePresent(part, "part").slice();
            if (bytes.remaining() == 0 || bytes.remaining() % rowBytes != 0) {
                throw new SaeException("A part of a weight matrix has " + bytes.remaining()
                        + " bytes, but must be a whole number of rows of " + rowBytes + " bytes.");
            }
            found += bytes.remaining() / rowBytes;
            direct.add((bytes.isDirect() ? bytes.asReadOnlyBuffer() : copyOf(bytes)).order(ByteOrder.LITTLE_ENDIAN));
        }
        if (found != rows) {
            throw new SaeException(
                    "The parts of a weight matrix have " + found + " rows, but its shape says " + rows + ".");
        }
        return new WeightMatrix(type, rows, columns, false, List.copyOf(direct), new Look());
    }

    /**
     * Returns a float32 matrix with a copy of these rows.
     *
     * @param rows at least one row, all of one length of at least 1
     * @throws SaeException if there is no element, or the rows' lengths differ
     */
    public static WeightMatrix of(float[][] rows) {
        SaeException.requirePresent(rows, "rows");
        int columns = rows.length == 0 || rows[0] == null ? 0 : rows[0].length;
        if (columns == 0) {
            throw new SaeException("A weight matrix needs at least one row and one column.");
        }
        List<ByteBuffer> parts = new ArrayList<>(rows.length);
        for (int row = 0; row < rows.length; row++) {
            float[] values = SaeException.requirePresent(rows[row], "rows[" + row + "]");
            if (values.length != columns) {
                throw new SaeException("Row " + row + " of a weight matrix has " + values.length
                        + " columns, but row 0 has " + columns + ".");
            }
        }
        int rowsInPart = Math.max(1, (1 << 28) / columns);
        for (int first = 0; first < rows.length; first += rowsInPart) {
            int count = Math.min(rowsInPart, rows.length - first);
            ByteBuffer part = ByteBuffer.allocateDirect(Math.multiplyExact(count * columns, Float.BYTES))
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (int row = first; row < first + count; row++) {
                part.asFloatBuffer().position((row - first) * columns).put(rows[row]);
            }
            parts.add(part);
        }
        return of(WeightType.FLOAT32, rows.length, columns, parts);
    }

    private static ByteBuffer copyOf(ByteBuffer bytes) {
        return ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip().asReadOnlyBuffer();
    }

    /**
     * Returns this matrix in another number format: itself if it has that already, or else a copy of its own memory.
     * float16 and bfloat16 are widened exactly; other conversions round to the nearest number, ties to even.
     *
     * @param other the number format
     * @throws NullPointerException if {@code other} is null
     * @throws SaeException if a weight is too large for it, or there is no memory for the copy
     */
    public WeightMatrix as(WeightType other) {
        if (SaeException.requirePresent(other, "other") == type) {
            return this;
        }
        WeightMatrix converted = of(other, storedRows, storedColumns, WeightConversion.convert(this, other));
        return transposed ? converted.transposed() : converted;
    }

    /** Returns the number of elements that lie together as a row of the stored matrix, which may be a column of this. */
    long storedColumns() {
        return storedColumns;
    }

    /** Returns the number format of the elements. */
    public WeightType type() {
        return type;
    }

    /** Returns the transpose of this matrix, over the same bytes. */
    public WeightMatrix transposed() {
        return new WeightMatrix(type, storedRows, storedColumns, !transposed, parts, look);
    }

    /** Returns whether the bytes are those of the transpose, so that this matrix lies column by column. */
    public boolean isTransposed() {
        return transposed;
    }

    /** Returns the number of rows. */
    public long rows() {
        return transposed ? storedColumns : storedRows;
    }

    /** Returns the number of columns. */
    public long columns() {
        return transposed ? storedRows : storedColumns;
    }

    /**
     * Returns one element, widened to float32.
     *
     * @param row from 0 to {@link #rows()} - 1
     * @param column from 0 to {@link #columns()} - 1
     * @throws SaeException if there is no such element
     */
    public float get(long row, long column) {
        if (row < 0 || row >= rows() || column < 0 || column >= columns()) {
            throw new SaeException("There is no weight at row " + row + ", column " + column
                    + ": the matrix has the shape [" + rows() + ", " + columns() + "].");
        }
        long storedRow = transposed ? column : row;
        long storedColumn = transposed ? row : column;
        for (ByteBuffer part : parts) {
            long rowsHere = part.remaining() / (storedColumns * type.bytes());
            if (storedRow < rowsHere) {
                return type.get(part, (int) ((storedRow * storedColumns + storedColumn) * type.bytes()));
            }
            storedRow -= rowsHere;
        }
        throw new IllegalStateException("The parts of a weight matrix do not hold row " + row + ".");
    }

    /**
     * Returns where the first element lies that is NaN or infinite, counted in the order of the bytes: with {@code c} for
     * {@link #columns()}, or for {@link #rows()} if this matrix {@link #isTransposed()}, it is the element
     * {@code [i / c, i % c]} of the matrix as it is stored. All bytes are read on the first call, several GB a second where
     * they are in memory; later calls, of the transpose too, know the answer.
     *
     * @return the element's place, or nothing if all are finite
     */
    public OptionalLong firstNonFinite() {
        synchronized (look) {
            if (look.first == Look.NOT_YET) {
                look.first = NonFinite.first(parts, type);
            }
            return look.first < 0 ? OptionalLong.empty() : OptionalLong.of(look.first);
        }
    }

    /**
     * Returns this matrix, of which {@link #firstNonFinite()} then says that all elements are finite without reading them:
     * for whoever knows, or cannot wait for it. NaN among them shows in results.
     */
    public WeightMatrix takenAsFinite() {
        Look known = new Look();
        known.first = -1;
        return new WeightMatrix(type, storedRows, storedColumns, transposed, parts, known);
    }

    /**
     * Returns the bytes as read-only little-endian views, in order: each a whole number of rows, or of columns if this
     * matrix {@link #isTransposed()}.
     */
    public List<ByteBuffer> parts() {
        return parts.stream()
                .map(part -> part.duplicate().order(ByteOrder.LITTLE_ENDIAN))
                .toList();
    }
}
