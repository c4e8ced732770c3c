package io.github.sae4j.loader.internal.container;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** The copy of a tensor whose elements do not lie row by row, or not little-endian, into one where they do. */
final class Gathering {

    /** Squares of 64 × 64 elements stay in the first cache while rows become columns. */
    private static final int TILE = 64;

    private static final int WINDOW_BITS = MemoryBytes.CHUNK_BITS;
    private static final long WITHIN_WINDOW = (1L << WINDOW_BITS) - 1;

    private final Layout layout;
    private final int width;
    private final ByteOrder order;
    private final ByteSource storage;
    private final @Nullable ByteBuffer[] windows;

    /**
     * Prepares a copy.
     *
     * @param width the size of an element in bytes: 1, 2, 4 or 8
     * @param order the order of the bytes of an element in the storage
     */
    Gathering(Layout layout, int width, ByteOrder order, ByteSource storage) {
        this.layout = layout;
        this.width = width;
        this.order = order;
        this.storage = storage;
        this.windows = new ByteBuffer[Math.toIntExact((storage.length() + WITHIN_WINDOW) >>> WINDOW_BITS)];
    }

    /** Returns the elements, row by row, little-endian. */
    MemoryBytes gather(Subject subject) {
        return gather(subject, MemoryBytes.CHUNK_BITS);
    }

    MemoryBytes gather(Subject subject, int chunkBits) {
        MemoryBytes target = MemoryBytes.allocate(subject, layout.elements() * width, chunkBits);
        if (layout.elements() == 0) {
            return target;
        }
        int outer = Math.max(0, layout.axes() - 2);
        long rows = layout.axes() < 2 ? 1 : layout.shape()[outer];
        long columns = layout.axes() < 1 ? 1 : layout.shape()[layout.axes() - 1];
        long rowStride = layout.axes() < 2 ? 0 : layout.strides()[outer];
        long columnStride = layout.axes() < 1 ? 0 : layout.strides()[layout.axes() - 1];
        long matrices = layout.elements() / rows / columns;
        for (long matrix = 0; matrix < matrices; matrix++) {
            long from = layout.offset() + offsetOf(matrix, outer);
            long to = matrix * rows * columns;
            matrix(target, from, to, rows, columns, rowStride, columnStride);
        }
        return target;
    }

    /** Returns where in the storage a matrix begins, counted over all axes but the last two. */
    private long offsetOf(long matrix, int outerAxes) {
        long rest = matrix;
        long offset = 0;
        for (int axis = outerAxes - 1; axis >= 0; axis--) {
            offset += rest % layout.shape()[axis] * layout.strides()[axis];
            rest /= layout.shape()[axis];
        }
        return offset;
    }

    private void matrix(
            MemoryBytes target, long from, long to, long rows, long columns, long rowStride, long columnStride) {
        for (long topRow = 0; topRow < rows; topRow += TILE) {
            long endRow = Math.min(rows, topRow + TILE);
            for (long leftColumn = 0; leftColumn < columns; leftColumn += TILE) {
                long endColumn = Math.min(columns, leftColumn + TILE);
                for (long row = topRow; row < endRow; row++) {
                    for (long column = leftColumn; column < endColumn; column++) {
                        move(from + row * rowStride + column * columnStride, target, to + row * columns + column);
                    }
                }
            }
        }
    }

    private void move(long from, MemoryBytes target, long to) {
        long source = from * width;
        ByteBuffer in = window(source);
        int i = (int) (source & WITHIN_WINDOW);
        ByteBuffer out = target.chunk(to * width);
        int o = target.within(to * width);
        switch (width) {
            case 1 -> out.put(o, in.get(i));
            case 2 -> out.putShort(o, in.getShort(i));
            case 4 -> out.putInt(o, in.getInt(i));
            default -> out.putLong(o, in.getLong(i));
        }
    }

    private ByteBuffer window(long at) {
        int index = (int) (at >>> WINDOW_BITS);
        ByteBuffer window = windows[index];
        if (window == null) {
            long start = (long) index << WINDOW_BITS;
            window = storage.slice(start, (int) Math.min(1L << WINDOW_BITS, storage.length() - start))
                    .order(order);
            windows[index] = window;
        }
        return window;
    }
}
