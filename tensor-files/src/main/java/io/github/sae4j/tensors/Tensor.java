package io.github.sae4j.tensors;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A named tensor of a file, whatever the file's format: what it is, how it lies, and its bytes.
 *
 * <p>A tensor that lies row by row is used where it lies. A matrix that lies column by column is the {@link #transpose} of
 * one that does, so its bytes can be had without a copy too. Any other order is put right once, in memory outside the heap.
 *
 * <pre>{@code
 * Tensor weights = file.tensor("W_enc");
 * long rowBytes = weights.shape()[1] * weights.type().bytes();
 * for (ByteBuffer rows : weights.slices(rowBytes)) {           // the file's own pages
 *     while (rows.hasRemaining()) {
 *         out.write(rows);
 *     }
 * }
 * float[] bias = file.tensor("b_enc").toFloats();
 * }</pre>
 *
 * <p>Tensors are immutable and safe for use by several threads. They are had from a {@link TensorFile} only; nobody else
 * implements this interface.
 *
 * @since 0.1
 */
public interface Tensor {

    /** Returns the tensor's name; empty if the file holds this tensor alone and gives it none. */
    String name();

    /** Returns the file and the tensor's name, as sentences about it begin. */
    String label();

    /** Returns the type of the elements. */
    ElementType type();

    /** Returns the type of the elements as the file spells it: {@code <f4} in npy and npz files, {@code F32} in others. */
    String storedType();

    /** Returns the sizes of the axes, a fresh array; empty for a single number. */
    long[] shape();

    /** Returns the number of elements: the product of the shape, 1 for a single number. */
    long elements();

    /** Returns the number of bytes of the elements. */
    long byteSize();

    /** Returns whether the elements lie row by row in the file, the last index running fastest, without gaps. */
    boolean isRowMajor();

    /** Returns whether this is a matrix whose elements lie column by column and not also row by row. */
    boolean isTransposed();

    /** Returns whether {@link #slices} gives bytes of the file itself rather than a copy in memory. */
    boolean isInPlace();

    /**
     * Returns the same matrix with rows and columns exchanged; no byte is moved.
     *
     * @throws IllegalStateException if this is not a matrix
     */
    Tensor transpose();

    /**
     * Returns the same numbers with the axes in another order and two of them made one. No byte is moved; where the two
     * do not follow each other in the storage, the rows of what is returned are copied when they are asked for.
     *
     * @param order the axes in the order in which they are to stand
     * @param merged the place, in that order, of the first of the two axes that become one
     */
    Tensor flattened(int[] order, int merged);

    /**
     * Returns the elements row by row, in consecutive windows of whole units, each below 2 GiB.
     *
     * <p>Bytes of the file are mapped where they lie, which need not be a multiple of the elements' size (in {@code .npz}
     * files it hardly ever is), and stay valid after the file is closed. What has to be copied is copied once, by the first
     * call. Nobody may shorten a file while it is mapped: the JVM answers access to vanished pages with an
     * {@link InternalError} or worse. Where that cannot be ruled out, {@link #read} is the safe way.
     *
     * @param unitBytes the size in bytes of what must not be split, for example a row of a matrix: below 2 GiB, and a
     *     divisor of {@link #byteSize()}
     * @return read-only, little-endian, direct buffers; none if the tensor has no elements
     * @throws IllegalArgumentException if the tensor is not a whole number of units
     * @throws TensorFileException if a unit is too large, the file cannot be read or is damaged, or there is not enough memory
     * @throws IllegalStateException if the file is closed
     */
    List<ByteBuffer> slices(long unitBytes);

    /**
     * Reads elements into a buffer of the caller's, row by row and little-endian, without a map.
     *
     * <p>A file of any size can be read so, window by window. Deflated bytes are inflated up to the window and no further,
     * so windows should be asked for in order: one before the last begins anew. The checksum of an archive's member is
     * compared when a reader that began at the beginning reaches its end. A tensor that does not lie row by row is copied to
     * memory first, as by {@link #slices}.
     *
     * @param byteOffset the window's first byte, counted from the tensor's first: a multiple of the elements' size
     * @param target receives {@code target.remaining()} bytes, whole elements, and is full afterwards
     * @throws IndexOutOfBoundsException if the window does not lie inside the tensor
     * @throws IllegalArgumentException if the window would split elements
     * @throws java.nio.ReadOnlyBufferException if {@code target} is read-only
     * @throws TensorFileException if the file is cut short, cannot be read or is damaged; the content of {@code target} is
     *     then undefined
     * @throws IllegalStateException if the file is closed
     */
    void read(long byteOffset, ByteBuffer target);

    /**
     * Returns all elements as float32, row by row.
     *
     * @throws TensorFileException if they are not {@linkplain ElementType#isFloatingPoint floating point}
     *     ({@link TensorFileException.Reason#WRONG_TYPE}), are more than an array holds, or cannot be read
     * @throws IllegalStateException if the file is closed
     */
    float[] toFloats();
}
