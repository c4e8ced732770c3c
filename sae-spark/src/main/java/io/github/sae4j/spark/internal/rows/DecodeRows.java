package io.github.sae4j.spark.internal.rows;

import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.spark.internal.worker.SaeReference;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * Decodes features.
 *
 * @param reference the SAE
 * @param output the name of the column of reconstructions
 * @param batchTokens how many tokens are decoded at once
 * @param errors what happens to rows that cannot be decoded
 */
public record DecodeRows(SaeReference reference, String output, int batchTokens, ErrorPolicy errors)
        implements RowWork {

    /**
     * Checks that a column can be decoded.
     *
     * @throws IllegalArgumentException if it cannot
     */
    public static void requireReadable(String column, DataType type) {
        FeaturesReader.requireReadable(column, type);
    }

    /** Returns the columns of a stage with these settings. */
    public static StructType added(String output, ErrorPolicy errors) {
        StructType added = new StructType(
                new StructField[] {new StructField(output, Columns.NUMBERS, errors.givesNull(), Metadata.empty())});
        return errors.setsAside() ? added.add(errors.column(), DataTypes.StringType, true) : added;
    }

    @Override
    public StructType added() {
        return added(output, errors);
    }

    @Override
    public boolean keepsRows() {
        return true;
    }

    @Override
    public String description() {
        return "decode with " + reference.settings().name();
    }

    @Override
    public Task begin(SparseAutoencoder sae, int column, DataType type) {
        return new Decoding(sae, new FeaturesReader(type, column, sae.config().dSae()));
    }

    private final class Decoding implements Task {

        private final SparseAutoencoder sae;
        private final FeaturesReader reader;
        private final Batch batch;
        private float[][] decoded = new float[0][];

        Decoding(SparseAutoencoder sae, FeaturesReader reader) {
            this.sae = sae;
            this.reader = reader;
            this.batch = new Batch(errors, batchTokens);
        }

        @Override
        public void clear() {
            batch.clear();
            reader.clear();
        }

        @Override
        public boolean take(InternalRow row, RowPlace place) {
            batch.take(place, reader.read(row));
            return batch.isFull();
        }

        @Override
        public void compute() {
            try {
                decoded = sae.decode(reader.features());
            } catch (SaeException e) {
                batch.rejectThoseThatFail(e, token -> sae.decode(reader.features(token)), reader::blank);
                decoded = sae.decode(reader.features());
            }
        }

        @Override
        public int made(int taken) {
            return 1;
        }

        @Override
        public InternalRow row(int taken, int which) {
            int token = batch.token(taken);
            @Nullable Object column = token < 0 ? null : UnsafeArrayData.fromPrimitiveArray(decoded[token]);
            return new GenericInternalRow(
                    errors.setsAside()
                            ? new @Nullable Object[] {column, UTF8String.fromString(batch.wrong(taken))}
                            : new @Nullable Object[] {column});
        }

        @Override
        public @Nullable InternalRow ofPartition() {
            return null;
        }
    }
}
