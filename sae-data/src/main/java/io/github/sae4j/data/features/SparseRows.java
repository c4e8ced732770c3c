package io.github.sae4j.data.features;

import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.activations.InputRequirements;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.internal.RowPlace;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.TensorView;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/** Features in compressed sparse rows: {@code indptr}, {@code indices} and {@code values}. */
final class SparseRows implements FeatureRows {

    /** A batch ends before the token with which it has more active features than this, so that memory stays flat whatever the L0. */
    private static final int MAX_ACTIVE = 1 << 22;

    private final Path path;
    private final TensorView indptr;
    private final TensorView indices;
    private final TensorView values;
    private final Layout layout;
    private final InputRequirements expected;
    private final TokenFactors factors;
    private long next;

    private SparseRows(
            Path path,
            TensorView indptr,
            TensorView indices,
            TensorView values,
            Layout layout,
            InputRequirements expected,
            TokenFactors factors) {
        this.path = path;
        this.indptr = indptr;
        this.indices = indices;
        this.values = values;
        this.layout = layout;
        this.expected = expected;
        this.factors = factors;
    }

    static SparseRows open(
            Path path, SafetensorsFile file, Layout layout, InputRequirements expected, TokenFactors factors) {
        TensorView indptr = FeatureFile.tensor(path, file, "indptr", Dtype.I64);
        TensorView indices = FeatureFile.tensor(path, file, "indices", Dtype.I32);
        TensorView values = FeatureFile.tensor(path, file, "values", Dtype.F32);
        if (indices.shape().length != 1 || !Arrays.equals(indices.shape(), values.shape())) {
            throw new DataException(
                    Reason.MALFORMED,
                    path + ": indices and values must have the same shape of one axis, but have "
                            + Arrays.toString(indices.shape()) + " and " + Arrays.toString(values.shape()) + ".");
        }
        long first = FeatureFile.read(indptr, 0, 1, Long.BYTES).getLong();
        long last = FeatureFile.read(indptr, layout.tokens(), 1, Long.BYTES).getLong();
        if (first != 0 || last != indices.elements()) {
            throw new DataException(
                    Reason.MALFORMED,
                    path + ": indptr must begin with 0 and end with the number of indices, " + indices.elements()
                            + ", but begins with " + first + " and ends with " + last + ".");
        }
        return new SparseRows(path, indptr, indices, values, layout, expected, factors);
    }

    @Override
    public SparseFeatures next(int maxTokens) {
        int wanted = (int) Math.min(maxTokens, layout.tokens() - next);
        LongBuffer ends = FeatureFile.read(indptr, next, wanted + 1, Long.BYTES).asLongBuffer();
        long base = ends.get(0);
        int[] offsets = new int[wanted + 1];
        int ofToken = Math.max(1, layout.layers());
        int count = 0;
        while (count < wanted) {
            long active = active(ends.get(count), ends.get(count + 1), next + count);
            if (count > 0 && count % ofToken == 0 && ends.get(count + ofToken) - base > MAX_ACTIVE) {
                break;
            }
            offsets[count + 1] = Math.addExact(offsets[count], (int) active);
            count++;
        }
        offsets = Arrays.copyOf(offsets, count + 1);
        int[] rowIndices = new int[offsets[count]];
        float[] rowValues = new float[offsets[count]];
        FeatureFile.read(indices, base, rowIndices.length, Integer.BYTES)
                .asIntBuffer()
                .get(rowIndices);
        FeatureFile.read(values, base, rowValues.length, Float.BYTES)
                .asFloatBuffer()
                .get(rowValues);
        for (int row = 0; row < count; row++) {
            requireValid(rowIndices, rowValues, offsets[row], offsets[row + 1], next + row);
        }
        SparseFeatures features = SparseFeatures.of(
                expected.config().dSae(),
                new long[] {count},
                offsets,
                rowIndices,
                rowValues,
                factors.inverse(next, count));
        next += count;
        return features;
    }

    private long active(long start, long end, long token) {
        int dSae = expected.config().dSae();
        if (start < 0 || end < start || end > indices.elements() || end - start > dSae) {
            throw new DataException(
                    Reason.MALFORMED,
                    path + ": indptr must never fall, nor rise by more than d_sae = " + dSae
                            + " or above " + indices.elements() + ", but goes from " + start + " to " + end + " at "
                            + RowPlace.of(token, expected.layers()) + ".");
        }
        return end - start;
    }

    private void requireValid(int[] rowIndices, float[] rowValues, int start, int end, long token) {
        int dSae = expected.config().dSae();
        int previous = -1;
        for (int at = start; at < end; at++) {
            int index = rowIndices[at];
            if (index < 0 || index >= dSae) {
                throw new DataException(
                        Reason.MISMATCH,
                        path + ": " + RowPlace.of(token, expected.layers()) + " has the feature " + index + ", but "
                                + expected.name() + " has d_sae = " + dSae + ". Are these another SAE's features?");
            }
            if (index <= previous) {
                throw new DataException(
                        Reason.MALFORMED,
                        path + ": the indices of " + RowPlace.of(token, expected.layers()) + " must ascend, but "
                                + index + " follows " + previous + ".");
            }
            previous = index;
            if (!expected.allowNonFinite() && !Float.isFinite(rowValues[at])) {
                throw DenseRows.notFinite(path, rowValues[at], RowPlace.of(token, expected.layers()), index);
            }
        }
    }
}
