package io.github.sae4j.safetensors;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import io.github.sae4j.safetensors.internal.FileBytes;
import io.github.sae4j.safetensors.internal.Header;
import io.github.sae4j.safetensors.internal.Quoted;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * One tensor of an open file: what it is, and ways to its bytes.
 *
 * <p>Elements lie in row-major (C) order, little-endian. Views are immutable and safe for use by several threads. The
 * buffers that {@code slice} methods return are maps of the file: they cost no heap and no reading up front, live until
 * the garbage collector finds them unreachable (on Windows the file cannot be deleted before that), and stay valid when
 * the file is closed. Nobody may shorten the file while it is mapped: the JVM answers access to vanished pages with an
 * {@link InternalError} or worse. Where that cannot be ruled out, {@link #read} is the safe way.
 *
 * <pre>{@code
 * try (SafetensorsFile file = SafetensorsFile.open(Path.of("sae_weights.safetensors"))) {
 *     TensorView encoder = file.tensor("W_enc");
 *     long rowBytes = encoder.dtype().byteSize(encoder.shape()[1]);
 *     ByteBuffer row = encoder.slice(7 * rowBytes, (int) rowBytes);
 *     for (ByteBuffer rows : encoder.slices(rowBytes)) {       // all of them, 2 GiB and more
 *         while (rows.hasRemaining()) {
 *             out.write(rows);
 *         }
 *     }
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class TensorView {

    private final FileBytes file;
    private final Header.Tensor tensor;
    private final long fileOffset;

    TensorView(FileBytes file, Header header, Header.Tensor tensor) {
        this.file = file;
        this.tensor = tensor;
        this.fileOffset = header.dataStart() + tensor.begin();
    }

    /** Returns the tensor's name. */
    public String name() {
        return tensor.name();
    }

    /** Returns the type of the elements. */
    public Dtype dtype() {
        return tensor.dtype();
    }

    /** Returns the sizes of the dimensions, a fresh array; empty for a scalar. */
    public long[] shape() {
        return tensor.shape();
    }

    /** Returns the number of elements: the product of the shape, 1 for a scalar. */
    public long elements() {
        long elements = 1;
        for (long dimension : tensor.shape()) {
            elements *= dimension;
        }
        return elements;
    }

    /** Returns the number of bytes. */
    public long byteSize() {
        return tensor.end() - tensor.begin();
    }

    /** Returns the offset of the first byte in the file. */
    public long fileOffset() {
        return fileOffset;
    }

    /**
     * Maps the whole tensor.
     *
     * @return a read-only, little-endian, direct buffer of {@link #byteSize()} bytes
     * @throws SafetensorsException if the tensor has 2 GiB or more ({@link Reason#TOO_LARGE_FOR_A_BUFFER}; use
     *     {@link #slices}), or the file is replaced or cannot be mapped
     * @throws IllegalStateException if the file is closed
     */
    public ByteBuffer slice() {
        if (byteSize() > Integer.MAX_VALUE) {
            throw new SafetensorsException(
                    Reason.TOO_LARGE_FOR_A_BUFFER,
                    this + " has " + byteSize() + " bytes, but one buffer holds at most " + Integer.MAX_VALUE
                            + ". Take it in several slices.");
        }
        return slice(0, (int) byteSize());
    }

    /**
     * Maps a window of the tensor.
     *
     * @param byteOffset the window's first byte, counted from the tensor's first
     * @param length the window's size in bytes
     * @return a read-only, little-endian, direct buffer of {@code length} bytes
     * @throws SafetensorsException if the window does not lie inside the tensor ({@link Reason#OUT_OF_RANGE}), or the
     *     file is replaced or cannot be mapped
     * @throws IllegalStateException if the file is closed
     */
    public ByteBuffer slice(long byteOffset, int length) {
        requireInside(byteOffset, length);
        return file.map(fileOffset + byteOffset, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Maps the whole tensor, however large, in consecutive windows of whole units, each below 2 GiB.
     *
     * @param unitBytes the size in bytes of what must not be split, for example a row of a matrix; a divisor of
     *     {@link #byteSize()}
     * @return read-only, little-endian, direct buffers, as few as can be; none if the tensor has no bytes
     * @throws SafetensorsException if the tensor is not a whole number of units ({@link Reason#OUT_OF_RANGE}), a unit
     *     has 2 GiB or more ({@link Reason#TOO_LARGE_FOR_A_BUFFER}), or the file is replaced or cannot be mapped
     * @throws IllegalStateException if the file is closed
     */
    public List<ByteBuffer> slices(long unitBytes) {
        if (unitBytes < 1 || byteSize() % unitBytes != 0) {
            throw new SafetensorsException(
                    Reason.OUT_OF_RANGE,
                    this + " has " + byteSize() + " bytes, which is not a whole number of units of " + unitBytes
                            + " bytes.");
        }
        if (unitBytes > Integer.MAX_VALUE) {
            throw new SafetensorsException(
                    Reason.TOO_LARGE_FOR_A_BUFFER,
                    this + " was asked for in units of " + unitBytes + " bytes, but one buffer holds at most "
                            + Integer.MAX_VALUE + ".");
        }
        long windowBytes = Integer.MAX_VALUE / unitBytes * unitBytes;
        List<ByteBuffer> windows = new ArrayList<>();
        for (long offset = 0; offset < byteSize(); offset += windowBytes) {
            windows.add(slice(offset, (int) Math.min(windowBytes, byteSize() - offset)));
        }
        return List.copyOf(windows);
    }

    /**
     * Reads a window of the tensor into a buffer of the caller's, without a map.
     *
     * @param byteOffset the window's first byte, counted from the tensor's first
     * @param target receives {@code target.remaining()} bytes from its position on and is full afterwards
     * @throws SafetensorsException if the window does not lie inside the tensor ({@link Reason#OUT_OF_RANGE}), the
     *     thread is interrupted ({@link Reason#INTERRUPTED}, with its interrupt flag kept), or the file is cut short,
     *     replaced or cannot be read; the content of {@code target} is then undefined
     * @throws IllegalStateException if the file is closed
     * @throws ReadOnlyBufferException if {@code target} is read-only
     */
    public void read(long byteOffset, ByteBuffer target) {
        Objects.requireNonNull(target, "target");
        if (target.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
        requireInside(byteOffset, target.remaining());
        file.read(fileOffset + byteOffset, target);
    }

    private void requireInside(long byteOffset, int length) {
        if (byteOffset < 0 || length < 0 || byteOffset > byteSize() - length) {
            throw new SafetensorsException(
                    Reason.OUT_OF_RANGE,
                    this + " has " + byteSize() + " bytes, which do not hold " + length + " bytes from byte "
                            + byteOffset + " on.");
        }
    }

    /** Returns file, name, dtype and shape, for messages. */
    @Override
    public String toString() {
        return file.path() + ": tensor " + Quoted.of(name()) + " (" + dtype() + " " + Arrays.toString(shape()) + ")";
    }
}
