package io.github.sae4j.spark.internal.plan;

import org.apache.spark.rdd.InputFileBlockHolder;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * The piece of a file that a row comes from, which {@code input_file_name()} and its kind tell of the row that a task reads. A
 * stage hands rows on after it has read further, so it says of each again where that was.
 *
 * @param path empty if rows come from no file
 */
record FileOfRow(UTF8String path, long start, long length) {

    /** Returns that of the row that is being read. */
    static FileOfRow current() {
        return new FileOfRow(
                InputFileBlockHolder.getInputFilePath(),
                InputFileBlockHolder.getStartOffset(),
                InputFileBlockHolder.getLength());
    }

    /** Returns that of the row that is being read, which is this one for most rows. */
    FileOfRow orCurrent() {
        return isCurrent() ? this : current();
    }

    private boolean isCurrent() {
        return InputFileBlockHolder.getInputFilePath().equals(path)
                && InputFileBlockHolder.getStartOffset() == start
                && InputFileBlockHolder.getLength() == length;
    }

    /** Has this be what the functions tell. */
    void makeCurrent() {
        if (isCurrent()) {
            return;
        }
        if (path.numBytes() == 0) {
            InputFileBlockHolder.unset();
        } else {
            InputFileBlockHolder.set(path.toString(), start, length);
        }
    }
}
