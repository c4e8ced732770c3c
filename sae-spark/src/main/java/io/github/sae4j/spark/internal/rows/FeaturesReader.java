package io.github.sae4j.spark.internal.rows;

import io.github.sae4j.core.InverseTransform;
import io.github.sae4j.core.SparseFeatures;
import java.util.Arrays;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.DataType;
import org.jspecify.annotations.Nullable;

/** Reads the features of a batch of rows. For one thread. */
final class FeaturesReader {

    private final int column;
    private final boolean isVector;
    private final int dSae;
    private int[] offsets = new int[1];
    private int[] indices = new int[0];
    private float[] values = new float[0];
    private int tokens;

    FeaturesReader(DataType type, int column, int dSae) {
        this.column = column;
        this.isVector = Columns.isVector(type);
        this.dSae = dSae;
    }

    /**
     * Checks that a column can hold features.
     *
     * @throws IllegalArgumentException if it cannot
     */
    static void requireReadable(String name, DataType type) {
        if (!Columns.isVector(type) && !Columns.isFeatures(type)) {
            throw new IllegalArgumentException("The column '" + name + "' is " + type.catalogString()
                    + ", but features are " + Columns.FEATURES.catalogString() + " or vectors of spark.ml.");
        }
    }

    void clear() {
        tokens = 0;
    }

    /**
     * Adds the features of a row, if they can be used.
     *
     * @return what is wrong with them, or null if nothing is
     */
    @Nullable
    String read(InternalRow row) {
        if (row.isNullAt(column)) {
            return Batch.IS_NULL;
        }
        InternalRow features = row.getStruct(column, isVector ? 4 : 2);
        if (isVector) {
            return ofVector(features);
        }
        if (features.isNullAt(0) || features.isNullAt(1)) {
            return "has no indices or no values";
        }
        ArrayData ofIndices = features.getArray(0);
        ArrayData ofValues = features.getArray(1);
        if (hasNull(ofIndices) || hasNull(ofValues)) {
            return "has null among its indices or values";
        }
        return add(ofIndices.toIntArray(), ofValues.toFloatArray());
    }

    private @Nullable String ofVector(InternalRow vector) {
        double[] wide = vector.getArray(3).toDoubleArray();
        boolean isSparse = vector.getByte(0) == 0;
        int size = isSparse ? vector.getInt(1) : wide.length;
        if (size != dSae) {
            return "has " + size + " numbers, but the SAE has d_sae = " + dSae;
        }
        float[] narrow = new float[wide.length];
        NumbersReader.narrow(wide, narrow, 0);
        return isSparse ? add(vector.getArray(2).toIntArray(), narrow) : addDense(narrow);
    }

    private @Nullable String addDense(float[] all) {
        int[] active = new int[all.length];
        float[] strengths = new float[all.length];
        int count = 0;
        for (int feature = 0; feature < all.length; feature++) {
            if (all[feature] != 0) {
                active[count] = feature;
                strengths[count++] = all[feature];
            }
        }
        return add(Arrays.copyOf(active, count), Arrays.copyOf(strengths, count));
    }

    private static boolean hasNull(ArrayData array) {
        for (int i = 0; i < array.numElements(); i++) {
            if (array.isNullAt(i)) {
                return true;
            }
        }
        return false;
    }

    private @Nullable String add(int[] ofIndices, float[] ofValues) {
        if (ofIndices.length != ofValues.length) {
            return "has " + ofIndices.length + " indices, but " + ofValues.length + " values";
        }
        int before = -1;
        for (int i = 0; i < ofIndices.length; i++) {
            if (ofIndices[i] <= before || ofIndices[i] >= dSae) {
                return "has the index " + ofIndices[i] + " after " + before
                        + ", but indices ascend and stay below d_sae = " + dSae;
            }
            if (!Float.isFinite(ofValues[i])) {
                return "has the value " + ofValues[i] + " of feature " + ofIndices[i] + ", but values must be finite";
            }
            before = ofIndices[i];
        }
        append(ofIndices, ofValues);
        return null;
    }

    private void append(int[] ofIndices, float[] ofValues) {
        int from = offsets[tokens];
        int end = Math.addExact(from, ofIndices.length);
        if (end > indices.length) {
            int room = Math.max(end, 2 * indices.length);
            indices = Arrays.copyOf(indices, room);
            values = Arrays.copyOf(values, room);
        }
        System.arraycopy(ofIndices, 0, indices, from, ofIndices.length);
        System.arraycopy(ofValues, 0, values, from, ofValues.length);
        tokens++;
        if (tokens == offsets.length) {
            offsets = Arrays.copyOf(offsets, 2 * offsets.length);
        }
        offsets[tokens] = end;
    }

    /** Returns the features of the batch. */
    SparseFeatures features() {
        return features(0, tokens);
    }

    /** Returns the features of one token. */
    SparseFeatures features(int token) {
        return features(token, token + 1);
    }

    private SparseFeatures features(int from, int to) {
        int first = offsets[from];
        int end = offsets[to];
        int[] ofThese = Arrays.copyOfRange(offsets, from, to + 1);
        for (int i = 0; i < ofThese.length; i++) {
            ofThese[i] -= first;
        }
        return SparseFeatures.of(
                dSae,
                new long[] {to - from},
                ofThese,
                Arrays.copyOfRange(indices, first, end),
                Arrays.copyOfRange(values, first, end),
                InverseTransform.identity());
    }

    /** Makes the features of a token zero. */
    void blank(int token) {
        Arrays.fill(values, offsets[token], offsets[token + 1], 0);
    }
}
