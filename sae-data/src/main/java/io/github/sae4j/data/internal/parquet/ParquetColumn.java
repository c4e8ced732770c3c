package io.github.sae4j.data.internal.parquet;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.internal.tensors.InputArray;
import io.github.sae4j.data.internal.tensors.LibraryMessage;
import io.github.sae4j.safetensors.internal.Quoted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

/**
 * A column of a Parquet file whose lists all have one length, read from the first number to the last.
 *
 * <p>The pages of one row group are in memory at a time, as Parquet has it.
 */
public final class ParquetColumn implements InputArray.Bytes, AutoCloseable {

    /** How parquet-java speaks of a file on disk. */
    private static final Pattern FILE = Pattern.compile("\\S*LocalInputFile@\\p{XDigit}+");

    private final Path path;
    private final ColumnDescriptor leaf;
    private final long rows;
    /** The lengths of the lists, the outer first; none for a column of plain numbers. */
    private final int[] lengths;

    private final int bytes;
    private final ParquetValues numbers;
    private long next;

    private ParquetColumn(Path path, ParquetMetadata footer, ColumnDescriptor leaf, long rows, int[] lengths) {
        this.path = path;
        this.leaf = leaf;
        this.rows = rows;
        this.lengths = lengths;
        this.numbers = new ParquetValues(path, footer, leaf);
        this.bytes = switch (leaf.getPrimitiveType().getPrimitiveTypeName()) {
            case FLOAT, INT32 -> Float.BYTES;
            case DOUBLE, INT64, BINARY -> Double.BYTES;
            default -> Short.BYTES;
        };
    }

    /**
     * Finds out from the first row how long a column's lists are.
     *
     * @param path the file
     * @param footer what is in it
     * @param leaf the column
     */
    static ParquetColumn of(Path path, ParquetMetadata footer, ColumnDescriptor leaf) {
        long rows = footer.getBlocks().stream()
                .mapToLong(block -> block.getRowCount())
                .sum();
        int[] lengths = new int[leaf.getMaxRepetitionLevel()];
        if (rows > 0 && lengths.length > 0) {
            try (ParquetColumn first = new ParquetColumn(path, footer, leaf, rows, lengths)) {
                first.measureFirstRow();
            }
        }
        return new ParquetColumn(path, footer, leaf, rows, lengths);
    }

    private void measureFirstRow() {
        try {
            ColumnReader values = numbers();
            long[] entries = new long[lengths.length];
            do {
                // A value of level 0 begins the row, one of level 1 the second or later entry of its outer list.
                for (int axis = Math.max(0, values.getCurrentRepetitionLevel() - 1); axis < lengths.length; axis++) {
                    entries[axis]++;
                }
                numbers.consume();
            } while (numbers.rowGoesOn());
            long lists = 1;
            for (int axis = 0; axis < lengths.length; axis++) {
                lengths[axis] = (int) (entries[axis] / lists);
                lists = entries[axis];
            }
        } catch (IOException | RuntimeException | LinkageError e) {
            throw unreadable(path, e);
        }
    }

    /** Returns whether so many values in all could be lists of one length. */
    boolean isEven(long values) {
        return values == Arrays.stream(lengths).asLongStream().reduce(rows, Math::multiplyExact);
    }

    /** Returns the exception for a file that is not what it should be. */
    public static DataException unreadable(Path path, Throwable e) {
        if (e instanceof DataException ours) {
            return ours;
        }
        String shown = FILE.matcher(LibraryMessage.of(e)).replaceAll("it");
        return new DataException(Reason.MALFORMED, path + ": it cannot be read as Parquet (" + shown + ").", e);
    }

    /** Returns the sizes of the axes: the rows, and the lists in them. */
    List<Long> shape() {
        List<Long> shape = new ArrayList<>(List.of(rows));
        for (int length : lengths) {
            shape.add((long) length);
        }
        return shape;
    }

    @Override
    public void read(long offset, ByteBuffer target) {
        long from = offset / bytes;
        if (from < next) {
            throw new IllegalStateException(path + " is read backwards, from " + next + " to " + from + ".");
        }
        try {
            passOver(from - next);
            while (target.hasRemaining()) {
                ColumnReader values = numbers();
                requireInPlace(values);
                put(values, target);
                advance();
            }
        } catch (IOException | RuntimeException | LinkageError e) {
            throw unreadable(path, e);
        }
    }

    private void passOver(long count) throws IOException {
        for (long left = count; left > 0; left--) {
            ColumnReader values = numbers();
            requireInPlace(values);
            values.skip();
            advance();
        }
    }

    private void advance() {
        numbers.consume();
        next++;
    }

    private void put(ColumnReader values, ByteBuffer target) {
        switch (leaf.getPrimitiveType().getPrimitiveTypeName()) {
            case FLOAT -> target.putFloat(values.getFloat());
            case DOUBLE -> target.putDouble(values.getDouble());
            case INT32 -> target.putInt(values.getInteger());
            case INT64 -> target.putLong(values.getLong());
            case BINARY -> target.putLong(hash(values.getBinary().getBytes()));
            default -> target.put(values.getBinary().getBytes());
        }
    }

    /** FNV-1a, by which texts are told apart. */
    private static long hash(byte[] text) {
        long hash = 0xcbf29ce484222325L;
        for (byte letter : text) {
            hash = (hash ^ (letter & 0xff)) * 0x100000001b3L;
        }
        return hash;
    }

    /** Checks that the next value is there, and begins and ends no list where none should. */
    private void requireInPlace(ColumnReader values) {
        int level = lengths.length;
        long each = 1;
        for (int axis = lengths.length - 1; axis >= 0 && next % (each * lengths[axis]) == 0; axis--) {
            each *= lengths[axis];
            level = axis;
        }
        if (values.getCurrentRepetitionLevel() != level) {
            throw new DataException(
                    Reason.MALFORMED,
                    path + ": the lists of column " + Quoted.of(leaf.getPath()[0])
                            + " should all have one length, " + shape().subList(1, lengths.length + 1)
                            + ", but in row " + next / valuesOfRow() + " or before it one has another.");
        }
        if (values.getCurrentDefinitionLevel() != leaf.getMaxDefinitionLevel()) {
            throw new DataException(
                    Reason.MALFORMED,
                    path + ": column " + Quoted.of(leaf.getPath()[0]) + " has no value at row " + next / valuesOfRow()
                            + ", place " + next % valuesOfRow() + ".");
        }
    }

    private long valuesOfRow() {
        return Arrays.stream(lengths).asLongStream().reduce(1, (one, other) -> one * other);
    }

    private ColumnReader numbers() throws IOException {
        ColumnReader values = numbers.next();
        if (values == null) {
            throw new DataException(
                    Reason.MALFORMED,
                    path + ": column " + Quoted.of(leaf.getPath()[0]) + " ends after " + next
                            + " values, before all that its lists should have.");
        }
        return values;
    }

    @Override
    public void close() {
        numbers.close();
    }
}
