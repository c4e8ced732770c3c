package io.github.sae4j.benchmarks;

import io.github.sae4j.core.SparseFeatures;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;

/** A matrix read a row at a time; a row is valid until the next is asked for. */
interface Rows {

    float[] row(int index);

    static Rows of(float[] matrix, int width) {
        return index -> Arrays.copyOfRange(matrix, index * width, (index + 1) * width);
    }

    static Rows of(float[][] matrix) {
        return index -> matrix[index];
    }

    static Rows of(SparseFeatures features) {
        float[] row = new float[features.dSae()];
        IntBuffer offsets = features.rowOffsets();
        IntBuffer indices = features.indices();
        FloatBuffer values = features.values();
        return index -> {
            Arrays.fill(row, 0);
            for (int at = offsets.get(index); at < offsets.get(index + 1); at++) {
                row[indices.get(at)] = values.get(at);
            }
            return row;
        };
    }
}
