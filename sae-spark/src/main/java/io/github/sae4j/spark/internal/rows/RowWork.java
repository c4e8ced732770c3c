package io.github.sae4j.spark.internal.rows;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.spark.internal.worker.SaeReference;
import java.io.Serializable;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** What a stage does to rows, a batch at a time. It travels from the driver to the workers. */
public interface RowWork extends Serializable {

    /** Returns the SAE that does it. */
    SaeReference reference();

    /** Returns the columns that it makes. */
    StructType added();

    /** Returns whether what it makes stands beside the columns of its rows, or for a whole partition instead of them. */
    boolean keepsRows();

    /** Returns one line for plans. */
    String description();

    /**
     * Begins with a partition, in the process that computes it.
     *
     * @param sae the SAE, which stays open while the partition is worked on
     * @param column the place of the column that is read
     * @param type its type
     */
    Task begin(SparseAutoencoder sae, int column, DataType type);

    /** The work on one partition. For one thread. */
    interface Task {

        /** Forgets the batch, for the next. */
        void clear();

        /**
         * Takes a row into the batch; it may be changed afterwards.
         *
         * @return whether the batch is full
         * @throws io.github.sae4j.core.SaeException if the row is bad and nothing is set aside
         */
        boolean take(InternalRow row, RowPlace place);

        /** Computes what the work makes of the batch, at least one row. */
        void compute();

        /** Returns how many rows the work makes of one that was taken. */
        int made(int taken);

        /**
         * Returns what the work makes of a row.
         *
         * @param taken which row of the batch
         * @param which from 0 to {@code made(taken) - 1}
         * @return the columns that are added, valid until the next call
         */
        InternalRow row(int taken, int which);

        /** Returns what the work makes of the whole partition, after its last batch, or null if it makes nothing. */
        @Nullable
        InternalRow ofPartition();
    }
}
