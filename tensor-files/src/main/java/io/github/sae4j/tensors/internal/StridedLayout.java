package io.github.sae4j.tensors.internal;

import io.github.sae4j.tensors.TensorFileException.Reason;
import java.util.Arrays;

/**
 * Where in a storage the elements of a tensor lie: the element with the indices {@code i} is the storage's element
 * {@code offset + i[0]*strides[0] + i[1]*strides[1] + …}.
 *
 * <p>Shapes and strides come out of strangers' files, so each sum and product is checked.
 */
@SuppressWarnings("ArrayRecordComponent") // Copied on the way in and out by StoredTensor.
record StridedLayout(long offset, long[] shape, long[] strides) {

    /** PyTorch and NumPy have no more either. */
    static final int MOST_AXES = 64;

    /** How many elements a tensor may have beyond those of its storage: enough for a number repeated for each feature. */
    static final long MOST_REPEATED = 1 << 20;

    /** Returns the layout of a whole storage, row by row. */
    static StridedLayout rowMajor(long... shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= Math.max(1, shape[axis]);
        }
        return new StridedLayout(0, shape, strides);
    }

    /** Returns the layout of a whole storage, column by column: the first index runs fastest. */
    static StridedLayout columnMajor(long... shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int axis = 0; axis < shape.length; axis++) {
            strides[axis] = stride;
            stride *= Math.max(1, shape[axis]);
        }
        return new StridedLayout(0, shape, strides);
    }

    /**
     * Checks that every element lies in the storage and that a copy of the tensor is not absurdly larger.
     *
     * @throws io.github.sae4j.tensors.TensorFileException if not
     */
    void requireInside(ErrorContext context, long storageElements) {
        requireForm(context);
        long elements;
        long last = offset;
        try {
            elements = product(shape);
            for (int axis = 0; axis < shape.length && elements > 0; axis++) {
                last = Math.addExact(last, Math.multiplyExact(shape[axis] - 1, strides[axis]));
            }
        } catch (ArithmeticException e) {
            throw context.fault(
                    "its shape " + Arrays.toString(shape) + " with the strides " + Arrays.toString(strides)
                            + " is larger than any file.",
                    e);
        }
        if (elements > 0 && last >= storageElements) {
            throw context.fault("its shape " + Arrays.toString(shape) + " with the strides " + Arrays.toString(strides)
                    + " and the offset " + offset + " reaches element " + last + ", but its storage has "
                    + storageElements + ".");
        }
        if (elements - storageElements > MOST_REPEATED) {
            throw context.fault(
                    Reason.UNSUPPORTED,
                    "its shape " + Arrays.toString(shape) + " has " + elements + " elements out of the "
                            + storageElements + " that are stored; numbers are not repeated so often.");
        }
    }

    private void requireForm(ErrorContext context) {
        if (shape.length != strides.length) {
            throw context.fault("its shape " + Arrays.toString(shape) + " and its strides " + Arrays.toString(strides)
                    + " differ in length.");
        }
        if (shape.length > MOST_AXES) {
            throw context.fault(
                    Reason.UNSUPPORTED, "it has " + shape.length + " axes, but at most " + MOST_AXES + " are read.");
        }
        if (offset < 0 || Arrays.stream(shape).anyMatch(size -> size < 0)) {
            throw context.fault("its shape " + Arrays.toString(shape) + " or its offset " + offset + " is negative.");
        }
        if (Arrays.stream(strides).anyMatch(stride -> stride < 0)) {
            throw context.fault(
                    "its strides " + Arrays.toString(strides) + " are negative, which PyTorch does not have.");
        }
    }

    /**
     * Returns the number of elements of a shape.
     *
     * @throws ArithmeticException if it exceeds a {@code long}
     */
    static long product(long... shape) {
        // A zero anywhere makes the tensor empty, whatever the other sizes would multiply to.
        if (Arrays.stream(shape).anyMatch(size -> size == 0)) {
            return 0;
        }
        long product = 1;
        for (long size : shape) {
            product = Math.multiplyExact(product, size);
        }
        return product;
    }

    int axes() {
        return shape.length;
    }

    long elements() {
        return product(shape);
    }

    /** Returns whether the elements follow each other row by row, without gaps. */
    boolean isRowMajor() {
        return follows(rowMajor(shape));
    }

    /** Returns whether the elements follow each other column by column, without gaps. */
    boolean isColumnMajor() {
        return follows(columnMajor(shape));
    }

    private boolean follows(StridedLayout dense) {
        if (elements() == 0) {
            return true;
        }
        for (int axis = 0; axis < shape.length; axis++) {
            // The stride of an axis with one element is never used.
            if (shape[axis] > 1 && strides[axis] != dense.strides[axis]) {
                return false;
            }
        }
        return true;
    }

    /** Returns the layout of the same elements with the two axes exchanged. */
    StridedLayout transposed() {
        return new StridedLayout(offset, new long[] {shape[1], shape[0]}, new long[] {strides[1], strides[0]});
    }

    /** Returns the layout of the same elements with the axes in another order. */
    StridedLayout permuted(int[] order) {
        long[] sizes = new long[order.length];
        long[] steps = new long[order.length];
        for (int axis = 0; axis < order.length; axis++) {
            sizes[axis] = shape[order[axis]];
            steps[axis] = strides[order[axis]];
        }
        return new StridedLayout(offset, sizes, steps);
    }

    /** Returns whether an axis and the next one can be walked as one. */
    boolean canMerge(int axis) {
        return shape[axis] == 1 || shape[axis + 1] == 1 || strides[axis] == shape[axis + 1] * strides[axis + 1];
    }

    /** Returns the layout with an axis and the next one as one; they {@linkplain #canMerge can be} that. */
    StridedLayout merged(int axis) {
        long[] sizes = new long[shape.length - 1];
        long[] steps = new long[shape.length - 1];
        for (int at = 0; at < sizes.length; at++) {
            int from = at > axis ? at + 1 : at;
            sizes[at] = at == axis ? shape[axis] * shape[axis + 1] : shape[from];
            steps[at] = at == axis && shape[axis + 1] > 1 ? strides[axis + 1] : strides[from];
        }
        return new StridedLayout(offset, sizes, steps);
    }
}
