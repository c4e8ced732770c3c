package io.github.sae4j.spark.internal.rows;

import org.apache.spark.rdd.InputFileBlockHolder;

/**
 * Where a row is, for messages.
 *
 * @param partition the number of its partition
 * @param row its number in the partition, from 0
 * @param column the name of the column that is read
 */
public record RowPlace(int partition, long row, String column) {

    /** Returns the place with the file that is being read, if rows come from files as they are. */
    String ofRowBeingRead() {
        String file = InputFileBlockHolder.getInputFilePath().toString();
        return (file.isEmpty() ? "" : file + ", ") + this;
    }

    @Override
    public String toString() {
        return "row " + row + " of partition " + partition + ", column '" + column + "'";
    }
}
