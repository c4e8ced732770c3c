package io.github.sae4j.loader.internal.container;

import io.github.sae4j.safetensors.Dtype;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A named tensor of a file, whatever the file's format: what it is, how it lies, and its bytes.
 *
 * <p>A tensor that lies row by row is used where it lies. A matrix that lies column by column is the {@link #transpose} of
 * one that does, so its bytes can be had without a copy too. Any other order is put right once, in memory. Tensors are
 * safe for use by several threads.
 */
public final class StoredTensor {

    private final Subject subject;
    private final String name;
    private final Dtype dtype;
    private final Layout layout;
    private final Storage storage;
    private @Nullable ByteSource rowMajor;

    private StoredTensor(Subject subject, String name, Layout layout, Storage storage) {
        this.subject = subject;
        this.name = name;
        this.dtype = storage.dtype();
        this.layout = layout;
        this.storage = storage;
    }

    /**
     * The numbers that tensors are views of.
     *
     * @param dtype the type of the elements, of whole bytes
     * @param bytes the elements
     * @param order the order of the bytes of an element
     * @param inFile whether the bytes are those of the file; else they are inflated from it
     * @param check compares a checksum of the bytes, if there is one, and is run where all of them are copied anyway
     */
    public record Storage(Dtype dtype, ByteSource bytes, ByteOrder order, boolean inFile, Runnable check) {

        /** Creates one without a checksum. */
        public Storage(Dtype dtype, ByteSource bytes, ByteOrder order, boolean inFile) {
            this(dtype, bytes, order, inFile, () -> {});
        }

        long elements() {
            return bytes.length() / width();
        }

        int width() {
            return dtype.bits() / Byte.SIZE;
        }
    }

    /**
     * Returns a tensor that is any view of a storage.
     *
     * @param subject the file, for sentences
     * @param name the tensor's name
     * @param storage the numbers
     * @param offset the storage's element that is the tensor's first
     * @param shape the sizes of the axes
     * @param strides how many elements of the storage lie between neighbours, for each axis
     * @throws io.github.sae4j.loader.SaeLoadException if it does not lie inside the storage
     */
    public static StoredTensor view(
            Subject subject, String name, Storage storage, long offset, long[] shape, long[] strides) {
        Layout layout = new Layout(offset, shape.clone(), strides.clone());
        layout.requireInside(subject.part(name), storage.elements());
        return new StoredTensor(subject.part(name), name, layout, storage);
    }

    /**
     * Returns a tensor that is a whole storage, row by row or column by column.
     *
     * @param columnMajor whether the first index runs fastest
     * @throws io.github.sae4j.loader.SaeLoadException if the storage does not have as many bytes as the shape needs
     */
    public static StoredTensor whole(Subject subject, String name, Storage storage, long[] shape, boolean columnMajor) {
        Subject tensor = subject.part(name);
        long expected;
        try {
            expected = Math.multiplyExact(Layout.product(shape), storage.width());
        } catch (ArithmeticException e) {
            throw tensor.fault("its shape " + Arrays.toString(shape) + " is larger than any file.", e);
        }
        if (expected != storage.bytes().length()) {
            throw tensor.fault("its shape " + Arrays.toString(shape) + " of " + storage.dtype() + " takes " + expected
                    + " bytes, but it has " + storage.bytes().length() + ".");
        }
        long[] sizes = shape.clone();
        Layout layout = columnMajor ? Layout.columnMajor(sizes) : Layout.rowMajor(sizes);
        layout.requireInside(tensor, storage.elements());
        return new StoredTensor(tensor, name, layout, storage);
    }

    /** Returns the file and the tensor's name, for sentences. */
    public Subject subject() {
        return subject;
    }

    /** Returns the tensor's name. */
    public String name() {
        return name;
    }

    /** Returns the type of the elements. */
    public Dtype dtype() {
        return dtype;
    }

    /** Returns the sizes of the axes, a fresh array; empty for a single number. */
    public long[] shape() {
        return layout.shape().clone();
    }

    /** Returns how many elements of the storage lie between neighbours, for each axis, a fresh array. */
    public long[] strides() {
        return layout.strides().clone();
    }

    /** Returns the number of elements: the product of the shape, 1 for a single number. */
    public long elements() {
        return layout.elements();
    }

    /** Returns the number of bytes of the elements. */
    public long byteSize() {
        return dtype.byteSize(elements());
    }

    /** Returns whether the elements lie row by row, the last index running fastest, without gaps. */
    public boolean isRowMajor() {
        return layout.isRowMajor();
    }

    /** Returns whether this is a matrix whose elements lie column by column and not also row by row. */
    public boolean isTransposed() {
        return layout.axes() == 2 && layout.isColumnMajor() && !layout.isRowMajor();
    }

    /** Returns whether {@link #slices} gives bytes of the file itself rather than a copy in memory. */
    public boolean isInPlace() {
        return storage.inFile() && liesReady();
    }

    private boolean liesReady() {
        return isRowMajor() && (storage.order() == ByteOrder.LITTLE_ENDIAN || dtype.bits() == Byte.SIZE);
    }

    /**
     * Returns the same matrix with rows and columns exchanged; no byte is moved.
     *
     * @throws IllegalStateException if this is not a matrix
     */
    public StoredTensor transpose() {
        if (layout.axes() != 2) {
            throw new IllegalStateException(this + " is not a matrix");
        }
        return new StoredTensor(subject, name, layout.transposed(), storage);
    }

    /**
     * Returns the same numbers with the axes in another order and two of them made one. No byte is moved; where the two
     * do not follow each other in the storage, the rows of what is returned are copied when they are asked for.
     *
     * @param order the axes in the order in which they are to stand
     * @param merged the place, in that order, of the first of the two axes that become one
     */
    public StoredTensor flattened(int[] order, int merged) {
        Layout turned = layout.permuted(order);
        if (turned.canMerge(merged)) {
            return new StoredTensor(subject, name, turned.merged(merged), storage);
        }
        ByteSource copy = new LazyBytes(byteSize(), () -> {
            storage.check().run();
            return new Gathering(turned, storage.width(), storage.order(), storage.bytes()).gather(subject);
        });
        Layout whole = Layout.rowMajor(turned.shape());
        return new StoredTensor(
                subject, name, whole.merged(merged), new Storage(dtype, copy, ByteOrder.LITTLE_ENDIAN, false));
    }

    /**
     * Returns the elements row by row, in consecutive windows of whole units, each below 2 GiB.
     *
     * <p>Bytes of the file are shown where they lie, which need not be a multiple of the elements' size (in {@code .npz}
     * files it hardly ever is). What has to be copied is copied once, by the first call.
     *
     * @param unitBytes the size in bytes of what must not be split, for example a row of a matrix: below 2 GiB, and a
     *     divisor of {@link #byteSize()}
     * @return read-only, little-endian, direct buffers; none if the tensor has no elements
     * @throws io.github.sae4j.loader.SaeLoadException if a unit is too large, the file cannot be read or is damaged, or
     *     there is not enough memory
     */
    public List<ByteBuffer> slices(long unitBytes) {
        long size = byteSize();
        if (unitBytes < 1 || size % unitBytes != 0) {
            throw new IllegalArgumentException(this + " is not a whole number of units of " + unitBytes + " bytes");
        }
        if (unitBytes > Integer.MAX_VALUE) {
            throw subject.fault(
                    "it has rows of " + unitBytes + " bytes, but at most " + Integer.MAX_VALUE + " are read.");
        }
        ByteSource bytes = rowMajor();
        List<ByteBuffer> windows = new ArrayList<>();
        long at = 0;
        while (at < size) {
            long whole = Math.min(bytes.reach(at), Integer.MAX_VALUE) / unitBytes * unitBytes;
            int length = (int) Math.max(whole, unitBytes);
            windows.add(bytes.slice(at, length));
            at += length;
        }
        return List.copyOf(windows);
    }

    private synchronized ByteSource rowMajor() {
        if (rowMajor == null) {
            if (liesReady()) {
                long first = elements() == 0 ? 0 : layout.offset() * storage.width();
                ByteSource inPlace = storage.bytes().region(first, byteSize());
                if (!isAligned(inPlace)) {
                    storage.check().run();
                }
                rowMajor = inPlace;
            } else {
                storage.check().run();
                rowMajor = new Gathering(layout, storage.width(), storage.order(), storage.bytes()).gather(subject);
            }
        }
        return rowMajor;
    }

    /** Whoever computes with numbers that do not lie at multiples of their size has to copy them all. */
    private boolean isAligned(ByteSource numbers) {
        return numbers.length() == 0 || numbers.slice(0, storage.width()).alignmentOffset(0, storage.width()) == 0;
    }

    /** Returns file, name, dtype and shape, for sentences. */
    @Override
    public String toString() {
        return subject + " (" + dtype + " " + Arrays.toString(layout.shape()) + ")";
    }
}
