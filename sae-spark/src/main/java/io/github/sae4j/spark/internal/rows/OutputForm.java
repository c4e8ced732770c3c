package io.github.sae4j.spark.internal.rows;

import io.github.sae4j.core.SparseFeatures;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.types.DataType;

/** How the features of a token stand in a column. */
public enum OutputForm {

    /** As arrays of indices and of values. */
    STRUCT,

    /** As a sparse vector of spark.ml. */
    VECTOR,

    /** As one row for each feature. */
    ROWS;

    /** Returns the type of the column. */
    public DataType type() {
        return switch (this) {
            case STRUCT -> Columns.FEATURES;
            case VECTOR -> SQLDataTypes.VectorType();
            case ROWS -> Columns.FEATURE;
        };
    }

    /**
     * Returns the form that a user names.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static OutputForm named(String name) {
        return Arrays.stream(values())
                .filter(form -> form.label().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("outputForm is one of "
                        + Arrays.stream(values()).map(OutputForm::label).collect(Collectors.joining(", "))
                        + ", but is '" + name + "'."));
    }

    private String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    int rowsOf(SparseFeatures features, int token) {
        return this == ROWS ? features.activeCount(token) : 1;
    }

    /**
     * Returns the features of a token.
     *
     * @param offsets those of the features
     * @param which which of the token's rows
     */
    InternalRow column(SparseFeatures features, Offsets offsets, int token, int which) {
        int from = offsets.from(token);
        if (this == ROWS) {
            return new GenericInternalRow(new Object[] {
                features.indices().get(from + which), features.values().get(from + which)
            });
        }
        int count = offsets.from(token + 1) - from;
        int[] indices = new int[count];
        float[] values = new float[count];
        features.indices().position(from).get(indices);
        features.values().position(from).get(values);
        UnsafeArrayData ofIndices = UnsafeArrayData.fromPrimitiveArray(indices);
        if (this == STRUCT) {
            return new GenericInternalRow(new Object[] {ofIndices, UnsafeArrayData.fromPrimitiveArray(values)});
        }
        double[] wide = new double[count];
        for (int i = 0; i < count; i++) {
            wide[i] = values[i];
        }
        return new GenericInternalRow(
                new Object[] {(byte) 0, features.dSae(), ofIndices, UnsafeArrayData.fromPrimitiveArray(wide)});
    }

    /** Where the features of each token begin. */
    @FunctionalInterface
    interface Offsets {

        int from(int token);
    }
}
