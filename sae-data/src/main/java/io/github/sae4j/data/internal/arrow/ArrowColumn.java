package io.github.sae4j.data.internal.arrow;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.internal.tensors.InputArray;
import io.github.sae4j.safetensors.internal.Quoted;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.RecordBatch;

/** A column of an Arrow file whose lists all have one length: its numbers lie in one piece in each record batch. */
final class ArrowColumn implements InputArray.Bytes {

    private static final int OFFSETS_AT_ONCE = 1 << 14;

    private final ArrowFile file;
    private final ArrowField field;
    private final List<Piece> pieces = new ArrayList<>();
    private final long[] lengths;
    private boolean measured;
    private boolean even = true;
    private boolean complete = true;
    private long rows;
    private int checked = -1;

    ArrowColumn(ArrowFile file, ArrowField field) {
        this.file = file;
        this.field = field;
        this.lengths = new long[field.levels().size()];
    }

    /** The offsets of some lists: where they are in the file, and how many lists there are. */
    private record Offsets(int level, long position, long lists) {}

    /**
     * The numbers of a record batch.
     *
     * @param firstRow the number of its first row in the column
     * @param rows how many rows it has
     * @param numbers where they are in the file
     * @param offsets what says which of them belong together
     */
    private record Piece(long firstRow, long rows, long numbers, List<Offsets> offsets) {}

    /**
     * Takes what a record batch has of the column.
     *
     * @param batch the record batch
     * @param read its message
     * @param firstNode the column's first node in it
     * @param firstBuffer the column's first buffer in it
     */
    void add(RecordBatch batch, ArrowFile.Read read, int firstNode, int firstBuffer) {
        long count = batch.length();
        long start = 0;
        int buffer = firstBuffer;
        List<Offsets> offsets = new ArrayList<>();
        for (int level = 0; level < lengths.length; level++) {
            complete &= batch.nodes(firstNode + level).nullCount() == 0;
            ArrowField.Level lists = field.levels().get(level);
            long first;
            long end;
            if (lists.kind() == ArrowField.Kind.FIXED_SIZE_LIST) {
                buffer++;
                first = multiplied(start, lists.fixedLength());
                end = multiplied(start + count, lists.fixedLength());
            } else {
                int width = lists.kind().offsetBytes();
                long position =
                        within(read, batch.buffers(buffer + 1), multiplied(start + count + 1, width)) + start * width;
                buffer += 2;
                first = offset(position, width);
                end = offset(position + count * width, width);
                offsets.add(new Offsets(level, position, count));
            }
            measure(level, count, first, end);
            start = first;
            count = end - first;
        }
        complete &= batch.nodes(firstNode + lengths.length).nullCount() == 0;
        int width = field.bytes();
        if (batch.length() > 0) {
            long numbers = within(read, batch.buffers(buffer + 1), multiplied(start + count, width)) + start * width;
            pieces.add(new Piece(rows, batch.length(), numbers, offsets));
        }
        rows += batch.length();
    }

    private long multiplied(long count, long width) {
        if (count < 0 || count > Long.MAX_VALUE / Math.max(1, width) - 1) {
            throw file.damaged("the column " + Quoted.of(field.name()) + " says that it has " + count + " numbers");
        }
        return count * width;
    }

    /** Returns where a buffer begins in the file, once it is known that it has so many bytes. */
    private long within(ArrowFile.Read read, Buffer buffer, long bytes) {
        if (bytes > 0
                && (buffer.offset() < 0
                        || buffer.length() < bytes
                        || buffer.length() > read.bodyLength() - buffer.offset())) {
            throw file.damaged("the column " + Quoted.of(field.name()) + " has " + buffer.length() + " bytes from byte "
                    + buffer.offset() + " of its record batch on, but needs " + bytes + " of its "
                    + read.bodyLength());
        }
        return read.body() + buffer.offset();
    }

    private long offset(long position, int width) {
        ByteBuffer number = file.read(position, width);
        long offset = width == Integer.BYTES ? number.getInt() : number.getLong();
        if (offset < 0) {
            throw file.damaged("a list of the column " + Quoted.of(field.name()) + " begins at " + offset);
        }
        return offset;
    }

    private void measure(int level, long count, long first, long end) {
        if (end < first) {
            throw file.damaged("lists of the column " + Quoted.of(field.name()) + " end before they begin");
        }
        if (count == 0) {
            return;
        }
        if (!measured || lengths[level] < 0) {
            lengths[level] = (end - first) / count;
        }
        even &= end - first == multiplied(count, lengths[level]);
        measured |= level == lengths.length - 1;
    }

    /** Returns whether all lists of a level can have one length, and none is missing. */
    boolean isEven() {
        return even;
    }

    /** Returns whether no list and no number is missing. */
    boolean isComplete() {
        return complete;
    }

    /** Returns the sizes of the axes: the rows, and the lists in them. */
    List<Long> shape() {
        List<Long> shape = new ArrayList<>(List.of(rows));
        for (long length : lengths) {
            shape.add(length);
        }
        return shape;
    }

    @Override
    public void read(long offset, ByteBuffer target) {
        long rowBytes = field.bytes();
        for (long length : lengths) {
            rowBytes *= length;
        }
        long at = offset;
        int end = target.limit();
        for (int i = pieceOf(rowBytes == 0 ? 0 : offset / rowBytes); target.position() < end; i++) {
            Piece piece = pieces.get(i);
            check(i);
            long from = at - piece.firstRow() * rowBytes;
            int count = (int) Math.min(end - target.position(), piece.rows() * rowBytes - from);
            target.limit(target.position() + count);
            file.read(piece.numbers() + from, target);
            at += count;
        }
        target.limit(end);
    }

    private int pieceOf(long row) {
        int low = 0;
        int high = pieces.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (pieces.get(middle).firstRow() <= row) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Looks at every list of a record batch, once, when its first numbers are asked for. */
    private void check(int number) {
        if (checked == number) {
            return;
        }
        checked = number;
        for (Offsets offsets : pieces.get(number).offsets()) {
            int width = field.levels().get(offsets.level()).kind().offsetBytes();
            long before = offset(offsets.position(), width);
            for (long list = 0; list < offsets.lists(); ) {
                int count = (int) Math.min(OFFSETS_AT_ONCE, offsets.lists() - list);
                ByteBuffer numbers = file.read(offsets.position() + (list + 1) * width, count * width);
                for (int i = 0; i < count; i++, list++) {
                    long next = width == Integer.BYTES ? numbers.getInt() : numbers.getLong();
                    if (next - before != lengths[offsets.level()]) {
                        throw new DataException(
                                Reason.MALFORMED,
                                file + ": the column " + Quoted.of(field.name())
                                        + " has a list of " + (next - before) + " in record batch " + number
                                        + ", but others of " + lengths[offsets.level()]
                                        + "; activations are lists of one length.");
                    }
                    before = next;
                }
            }
        }
    }
}
