package io.github.sae4j.tensors.internal;

import io.github.sae4j.tensors.ElementType;
import io.github.sae4j.tensors.Tensor;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.TensorFileException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A tensor that is a view of a storage of numbers, with any strides and in either byte order. */
public final class StoredTensor implements Tensor {

    private final ErrorContext context;
    private final String name;
    private final StridedLayout layout;
    private final Storage storage;
    private @Nullable ByteSource rowMajor;

    private StoredTensor(ErrorContext context, String name, StridedLayout layout, Storage storage) {
        this.context = context;
        this.name = name;
        this.layout = layout;
        this.storage = storage;
    }

    /**
     * The numbers that tensors are views of.
     *
     * @param type the type of the elements
     * @param spelling the type as the file spells it
     * @param bytes the elements
     * @param order the order of the bytes of an element
     * @param inFile whether the bytes are those of the file; else they are inflated from it
     * @param check compares a checksum of the bytes, if there is one, and is run where all of them are copied anyway
     */
    public record Storage(
            ElementType type, String spelling, ByteSource bytes, ByteOrder order, boolean inFile, Runnable check) {

        /** Creates one without a checksum, whose type the file spells as we do. */
        public Storage(ElementType type, ByteSource bytes, ByteOrder order, boolean inFile) {
            this(type, type.name(), bytes, order, inFile, () -> {});
        }

        long elements() {
            return bytes.length() / width();
        }

        int width() {
            return type.bytes();
        }
    }

    /**
     * Returns a tensor that is any view of a storage.
     *
     * @param context the file, for sentences
     * @param name the tensor's name
     * @param storage the numbers
     * @param offset the storage's element that is the tensor's first
     * @param shape the sizes of the axes
     * @param strides how many elements of the storage lie between neighbours, for each axis
     * @throws io.github.sae4j.tensors.TensorFileException if it does not lie inside the storage
     */
    public static StoredTensor view(
            ErrorContext context, String name, Storage storage, long offset, long[] shape, long[] strides) {
        ErrorContext tensor = tensor(context, name);
        StridedLayout layout = new StridedLayout(offset, shape.clone(), strides.clone());
        layout.requireInside(tensor, storage.elements());
        return new StoredTensor(tensor, name, layout, storage);
    }

    /**
     * Returns a tensor that is a whole storage, row by row or column by column.
     *
     * @param columnMajor whether the first index runs fastest
     * @throws io.github.sae4j.tensors.TensorFileException if the storage does not have as many bytes as the shape needs
     */
    public static StoredTensor whole(
            ErrorContext context, String name, Storage storage, long[] shape, boolean columnMajor) {
        ErrorContext tensor = tensor(context, name);
        long expected;
        try {
            expected = Math.multiplyExact(StridedLayout.product(shape), storage.width());
        } catch (ArithmeticException e) {
            throw tensor.fault("its shape " + Arrays.toString(shape) + " is larger than any file.", e);
        }
        if (expected != storage.bytes().length()) {
            throw tensor.fault("its shape " + Arrays.toString(shape) + " of " + storage.spelling() + " takes "
                    + expected + " bytes, but it has " + storage.bytes().length() + ".");
        }
        long[] sizes = shape.clone();
        StridedLayout layout = columnMajor ? StridedLayout.columnMajor(sizes) : StridedLayout.rowMajor(sizes);
        layout.requireInside(tensor, storage.elements());
        return new StoredTensor(tensor, name, layout, storage);
    }

    private static ErrorContext tensor(ErrorContext file, String name) {
        return name.isEmpty() ? file : file.part(name);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String label() {
        return context.name();
    }

    @Override
    public ElementType type() {
        return storage.type();
    }

    @Override
    public String storedType() {
        return storage.spelling();
    }

    @Override
    public long[] shape() {
        return layout.shape().clone();
    }

    @Override
    public long elements() {
        return layout.elements();
    }

    @Override
    public long byteSize() {
        return elements() * storage.width();
    }

    @Override
    public boolean isRowMajor() {
        return layout.isRowMajor();
    }

    @Override
    public boolean isTransposed() {
        return layout.axes() == 2 && layout.isColumnMajor() && !layout.isRowMajor();
    }

    @Override
    public boolean isInPlace() {
        return storage.inFile() && liesReady();
    }

    private boolean liesReady() {
        return isRowMajor() && hasOurOrder();
    }

    private boolean hasOurOrder() {
        return storage.order() == ByteOrder.LITTLE_ENDIAN || storage.width() == 1;
    }

    @Override
    public StoredTensor transpose() {
        if (layout.axes() != 2) {
            throw new IllegalStateException(this + " is not a matrix");
        }
        return new StoredTensor(context, name, layout.transposed(), storage);
    }

    @Override
    public StoredTensor flattened(int[] order, int merged) {
        StridedLayout turned = layout.permuted(order);
        if (turned.canMerge(merged)) {
            return new StoredTensor(context, name, turned.merged(merged), storage);
        }
        ByteSource copy = new LazyBytes(byteSize(), () -> {
            storage.check().run();
            return new Gathering(turned, storage.width(), storage.order(), storage.bytes()).gather(context);
        });
        StridedLayout whole = StridedLayout.rowMajor(turned.shape());
        return new StoredTensor(
                context,
                name,
                whole.merged(merged),
                new Storage(type(), storedType(), copy, ByteOrder.LITTLE_ENDIAN, false, () -> {}));
    }

    @Override
    public List<ByteBuffer> slices(long unitBytes) {
        long size = byteSize();
        if (unitBytes < 1 || size % unitBytes != 0) {
            throw new IllegalArgumentException(this + " is not a whole number of units of " + unitBytes + " bytes");
        }
        if (unitBytes > Integer.MAX_VALUE) {
            throw context.fault(
                    Reason.UNSUPPORTED,
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

    @Override
    public void read(long byteOffset, ByteBuffer target) {
        if (target.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
        Objects.checkFromIndexSize(byteOffset, target.remaining(), byteSize());
        int width = storage.width();
        if (byteOffset % width != 0 || target.remaining() % width != 0) {
            throw new IllegalArgumentException(this + " has elements of " + width + " bytes, which "
                    + target.remaining() + " bytes from byte " + byteOffset + " on would split");
        }
        if (!target.hasRemaining()) {
            return;
        }
        if (!isRowMajor()) {
            rowMajor().read(byteOffset, target);
            return;
        }
        ByteBuffer window = target.slice();
        storage.bytes().read(layout.offset() * width + byteOffset, target);
        if (!hasOurOrder()) {
            turnRound(window, width);
        }
    }

    private static void turnRound(ByteBuffer elements, int width) {
        for (int at = 0; at < elements.limit(); at += width) {
            switch (width) {
                case 2 -> elements.putShort(at, Short.reverseBytes(elements.getShort(at)));
                case 4 -> elements.putInt(at, Integer.reverseBytes(elements.getInt(at)));
                default -> elements.putLong(at, Long.reverseBytes(elements.getLong(at)));
            }
        }
    }

    @Override
    public float[] toFloats() {
        if (!type().isFloatingPoint()) {
            throw new TensorFileException(
                    Reason.WRONG_TYPE, label() + " is stored as " + type() + ", but should be F32, F16, BF16 or F64.");
        }
        if (elements() > Integer.MAX_VALUE) {
            throw new TensorFileException(
                    Reason.UNSUPPORTED, label() + " has " + elements() + " elements, more than an array holds.");
        }
        float[] values = new float[(int) elements()];
        int at = 0;
        for (ByteBuffer part : slices(storage.width())) {
            int count = part.limit() / storage.width();
            type().getFloats(part, 0, values, at, count);
            at += count;
        }
        return values;
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
                rowMajor = new Gathering(layout, storage.width(), storage.order(), storage.bytes()).gather(context);
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
        return context + " (" + type() + " " + Arrays.toString(layout.shape()) + ")";
    }
}
