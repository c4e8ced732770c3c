package io.github.sae4j.tensors.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** The copy of a tensor whose elements do not lie row by row, or not little-endian, into one where they do. */
final class Gathering {

    /** Squares of this size stay in cache while rows become columns. */
    private static final int TILE = 32;

    private static final int WINDOW_BITS = MemoryBytes.CHUNK_BITS;
    private static final long WITHIN_WINDOW = (1L << WINDOW_BITS) - 1;

    private final StridedLayout layout;
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
    Gathering(StridedLayout layout, int width, ByteOrder order, ByteSource storage) {
        this.layout = layout;
        this.width = width;
        this.order = order;
        this.storage = storage;
        this.windows = new ByteBuffer[Math.toIntExact((storage.length() + WITHIN_WINDOW) >>> WINDOW_BITS)];
    }

    /** Returns the elements, row by row, little-endian. */
    MemoryBytes gather(ErrorContext context) {
        return gather(context, MemoryBytes.CHUNK_BITS);
    }

    MemoryBytes gather(ErrorContext context, int chunkBits) {
        MemoryBytes target = MemoryBytes.allocate(context, layout.elements() * width, chunkBits);
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
        for (long row = 0; row < rows; row += TILE) {
            for (long column = 0; column < columns; column += TILE) {
                tile(
                        new Tile(
                                (from + row * rowStride + column * columnStride) * width,
                                (to + row * columns + column) * width,
                                (int) Math.min(TILE, rows - row),
                                (int) Math.min(TILE, columns - column)),
                        rowStride * width,
                        columnStride * width,
                        columns * width,
                        target);
            }
        }
    }

    /** A part of a matrix: where its first byte is and where it goes, and its size in elements. */
    private record Tile(long from, long to, int rows, int columns) {

        Tile part(long fromStep, long toStep) {
            return new Tile(from + fromStep, to + toStep, 1, 1);
        }
    }

    private void tile(Tile tile, long rowStep, long columnStep, long targetRowStep, MemoryBytes target) {
        long lastFrom = tile.from() + (tile.rows() - 1) * rowStep + (tile.columns() - 1) * columnStep;
        long lastTo = tile.to() + (tile.rows() - 1) * targetRowStep + (tile.columns() - 1L) * width;
        if (tile.from() >>> WINDOW_BITS == lastFrom >>> WINDOW_BITS && target.isOneChunk(tile.to(), lastTo)) {
            move(
                    tile,
                    (int) rowStep,
                    (int) columnStep,
                    (int) targetRowStep,
                    target.chunk(tile.to()),
                    target.within(tile.to()));
            return;
        }
        for (int row = 0; row < tile.rows(); row++) {
            for (int column = 0; column < tile.columns(); column++) {
                Tile one = tile.part(row * rowStep + column * columnStep, row * targetRowStep + (long) column * width);
                move(one, 0, 0, 0, target.chunk(one.to()), target.within(one.to()));
            }
        }
    }

    /** Moves a tile that lies in one window and goes to one chunk, so that its steps are small numbers. */
    private void move(Tile tile, int rowStep, int columnStep, int targetRowStep, ByteBuffer out, int to) {
        ByteBuffer in = window(tile.from());
        int from = (int) (tile.from() & WITHIN_WINDOW);
        for (int row = 0; row < tile.rows(); row++) {
            int i = from + row * rowStep;
            int o = to + row * targetRowStep;
            int end = o + tile.columns() * width;
            switch (width) {
                case 1 -> {
                    for (; o < end; o++, i += columnStep) {
                        out.put(o, in.get(i));
                    }
                }
                case 2 -> {
                    for (; o < end; o += 2, i += columnStep) {
                        out.putShort(o, in.getShort(i));
                    }
                }
                case 4 -> {
                    for (; o < end; o += 4, i += columnStep) {
                        out.putInt(o, in.getInt(i));
                    }
                }
                default -> {
                    for (; o < end; o += 8, i += columnStep) {
                        out.putLong(o, in.getLong(i));
                    }
                }
            }
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
