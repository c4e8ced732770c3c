package io.github.sae4j.spark.internal.rows;

import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The types of the columns that stages read and make. */
public final class Columns {

    /** The active features of a token, ascending, and the value of each. */
    public static final StructType FEATURES = new StructType(new StructField[] {
        new StructField("indices", DataTypes.createArrayType(DataTypes.IntegerType, false), false, Metadata.empty()),
        new StructField("values", DataTypes.createArrayType(DataTypes.FloatType, false), false, Metadata.empty())
    });

    /** One active feature of a token. */
    public static final StructType FEATURE = new StructType(new StructField[] {
        new StructField("index", DataTypes.IntegerType, false, Metadata.empty()),
        new StructField("value", DataTypes.FloatType, false, Metadata.empty())
    });

    /** An activation or a reconstruction. */
    public static final DataType NUMBERS = DataTypes.createArrayType(DataTypes.FloatType, false);

    private Columns() {}

    static boolean isVector(DataType type) {
        return type.equals(SQLDataTypes.VectorType());
    }

    /** Returns whether a column holds features as arrays of indices and of values, null or not. */
    static boolean isFeatures(DataType type) {
        return type instanceof StructType struct
                && struct.length() == 2
                && struct.apply(0).name().equals("indices")
                && isArrayOf(struct.apply(0).dataType(), DataTypes.IntegerType)
                && struct.apply(1).name().equals("values")
                && isArrayOf(struct.apply(1).dataType(), DataTypes.FloatType);
    }

    static boolean isArrayOf(DataType type, DataType element) {
        return type instanceof ArrayType array && array.elementType().equals(element);
    }
}
