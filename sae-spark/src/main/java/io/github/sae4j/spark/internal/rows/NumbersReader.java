package io.github.sae4j.spark.internal.rows;

import io.github.sae4j.core.WeightType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.Platform;
import org.jspecify.annotations.Nullable;

/** Reads the numbers of a row as float32, without an object for each. For one thread. */
abstract class NumbersReader {

    private static final byte SPARSE = 0;

    /** The exponent of infinity and of NaN. */
    private static final int NOT_FINITE = 0x7f800000;

    /**
     * Returns a reader.
     *
     * @param type of a column that {@link #requireReadable} lets through
     * @param format of numbers in a binary column; empty for others
     * @param column the place of the column
     */
    static NumbersReader of(DataType type, String format, int column) {
        if (Columns.isVector(type)) {
            return new Vectors(column);
        }
        if (type.equals(DataTypes.BinaryType)) {
            return new Bytes(column, formatOf(format).orElseThrow());
        }
        ArrayType array = (ArrayType) type;
        return array.elementType().equals(DataTypes.FloatType)
                ? new Floats(column, array.containsNull())
                : new Doubles(column, array.containsNull());
    }

    /**
     * Checks that a column can hold activations.
     *
     * @throws IllegalArgumentException if it cannot, or the format of its numbers is missing or one too many
     */
    static void requireReadable(String name, DataType type, String format) {
        if (type.equals(DataTypes.BinaryType)) {
            if (formatOf(format).isEmpty()) {
                throw new IllegalArgumentException("The column '" + name + "' is binary, so inputType must say what its"
                        + " numbers are, bfloat16, float16 or float32, but is '" + format + "'.");
            }
            return;
        }
        if (!format.isEmpty()) {
            throw new IllegalArgumentException("inputType is for binary columns, but the column '" + name + "' is "
                    + type.catalogString() + ", which says by itself what its numbers are.");
        }
        if (!Columns.isArrayOf(type, DataTypes.FloatType)
                && !Columns.isArrayOf(type, DataTypes.DoubleType)
                && !Columns.isVector(type)) {
            throw new IllegalArgumentException("The column '" + name + "' is " + type.catalogString()
                    + ", but activations are array<float>, array<double>, vectors of spark.ml, or binary.");
        }
    }

    private static Optional<WeightType> formatOf(String name) {
        return Arrays.stream(WeightType.values())
                .filter(type -> type.label().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    /**
     * Reads a row.
     *
     * @param into takes the numbers
     * @param from where the first one belongs
     * @param width how many there must be
     * @return what is wrong with the row, or null if nothing is
     */
    final @Nullable String read(InternalRow row, float[] into, int from, int width) {
        if (row.isNullAt(column)) {
            return Batch.IS_NULL;
        }
        String wrong = numbers(row, into, from, width);
        return wrong != null ? wrong : notFinite(into, from, width);
    }

    abstract @Nullable String numbers(InternalRow row, float[] into, int from, int width);

    private static @Nullable String notFinite(float[] into, int from, int width) {
        int exponents = 0;
        for (int at = from; at < from + width; at++) {
            exponents = Math.max(exponents, Float.floatToRawIntBits(into[at]) & NOT_FINITE);
        }
        if (exponents != NOT_FINITE) {
            return null;
        }
        int at = from;
        while (Float.isFinite(into[at])) {
            at++;
        }
        return "has " + into[at] + " at " + (at - from) + ", but activations must be finite";
    }

    static @Nullable String otherWidth(int found, int width) {
        return found == width ? null : "has " + found + " numbers, but the SAE has d_in = " + width;
    }

    static @Nullable String nullIn(ArrayData array, int width, boolean mayHaveNull) {
        if (!mayHaveNull || (array instanceof UnsafeArrayData unsafe && hasNoNull(unsafe))) {
            return null;
        }
        for (int i = 0; i < width; i++) {
            if (array.isNullAt(i)) {
                return "has null at " + i;
            }
        }
        return null;
    }

    /** An array of Spark's own begins with its length, a word, and then has a bit for each element, set where it is null. */
    private static boolean hasNoNull(UnsafeArrayData array) {
        long words = (array.numElements() + 63L) / 64;
        long bits = 0;
        for (long word = 1; word <= words; word++) {
            bits |= Platform.getLong(array.getBaseObject(), array.getBaseOffset() + word * Long.BYTES);
        }
        return bits == 0;
    }

    final int column;

    private NumbersReader(int column) {
        this.column = column;
    }

    private static final class Floats extends NumbersReader {

        private final boolean mayHaveNull;

        Floats(int column, boolean mayHaveNull) {
            super(column);
            this.mayHaveNull = mayHaveNull;
        }

        @Override
        @Nullable
        String numbers(InternalRow row, float[] into, int from, int width) {
            ArrayData array = row.getArray(column);
            String wrong = otherWidth(array.numElements(), width);
            if (wrong != null) {
                return wrong;
            }
            System.arraycopy(array.toFloatArray(), 0, into, from, width);
            return nullIn(array, width, mayHaveNull);
        }
    }

    private static final class Doubles extends NumbersReader {

        private final boolean mayHaveNull;

        Doubles(int column, boolean mayHaveNull) {
            super(column);
            this.mayHaveNull = mayHaveNull;
        }

        @Override
        @Nullable
        String numbers(InternalRow row, float[] into, int from, int width) {
            ArrayData array = row.getArray(column);
            String wrong = otherWidth(array.numElements(), width);
            if (wrong != null) {
                return wrong;
            }
            narrow(array.toDoubleArray(), into, from);
            return nullIn(array, width, mayHaveNull);
        }
    }

    static void narrow(double[] numbers, float[] into, int from) {
        for (int i = 0; i < numbers.length; i++) {
            into[from + i] = (float) numbers[i];
        }
    }

    /** Vectors of spark.ml: a type, a size for sparse ones, indices and values. */
    private static final class Vectors extends NumbersReader {

        Vectors(int column) {
            super(column);
        }

        @Override
        @Nullable
        String numbers(InternalRow row, float[] into, int from, int width) {
            InternalRow vector = row.getStruct(column, 4);
            double[] values = vector.getArray(3).toDoubleArray();
            if (vector.getByte(0) != SPARSE) {
                String wrong = otherWidth(values.length, width);
                if (wrong == null) {
                    narrow(values, into, from);
                }
                return wrong;
            }
            String wrong = otherWidth(vector.getInt(1), width);
            if (wrong == null) {
                int[] indices = vector.getArray(2).toIntArray();
                Arrays.fill(into, from, from + width, 0);
                for (int i = 0; i < indices.length; i++) {
                    if (indices[i] < 0 || indices[i] >= width) {
                        return "has a number at " + indices[i] + " of " + width;
                    }
                    into[from + indices[i]] = (float) values[i];
                }
            }
            return wrong;
        }
    }

    /** Little-endian numbers that lie one after the other. */
    private static final class Bytes extends NumbersReader {

        private final WeightType type;

        Bytes(int column, WeightType type) {
            super(column);
            this.type = type;
        }

        @Override
        @Nullable
        String numbers(InternalRow row, float[] into, int from, int width) {
            byte[] bytes = row.getBinary(column);
            if (bytes.length != (long) width * type.bytes()) {
                return "has " + bytes.length + " bytes, but d_in = " + width + " numbers of " + type + " take "
                        + (long) width * type.bytes();
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < width; i++) {
                into[from + i] = type.get(buffer, i * type.bytes());
            }
            return null;
        }
    }
}
