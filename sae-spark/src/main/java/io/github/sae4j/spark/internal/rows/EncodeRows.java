package io.github.sae4j.spark.internal.rows;

import io.github.sae4j.core.FeatureSet;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.spark.internal.worker.SaeReference;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * Encodes activations.
 *
 * @param reference the SAE
 * @param output the name of the column of features
 * @param form how they stand in it
 * @param inputType the format of numbers in a binary column; empty for others
 * @param features those that are wanted; empty for all
 * @param topK how many of a token's features are kept; 0 for all
 * @param batchTokens how many tokens are encoded at once
 * @param errors what happens to rows that cannot be encoded
 */
public record EncodeRows(
        SaeReference reference,
        String output,
        OutputForm form,
        String inputType,
        List<Integer> features,
        int topK,
        int batchTokens,
        ErrorPolicy errors)
        implements RowWork {

    /**
     * Checks that a column can be encoded.
     *
     * @throws IllegalArgumentException if it cannot
     */
    public static void requireReadable(String column, DataType type, String inputType) {
        NumbersReader.requireReadable(column, type, inputType);
    }

    /** Returns the columns of a stage with these settings. */
    public static StructType added(String output, OutputForm form, ErrorPolicy errors) {
        StructType added = new StructType(
                new StructField[] {new StructField(output, form.type(), errors.givesNull(), Metadata.empty())});
        return errors.setsAside() ? added.add(errors.column(), DataTypes.StringType, true) : added;
    }

    @Override
    public StructType added() {
        return added(output, form, errors);
    }

    @Override
    public boolean keepsRows() {
        return true;
    }

    @Override
    public String description() {
        return "encode with " + reference.settings().name();
    }

    @Override
    public Task begin(SparseAutoencoder sae, int column, DataType type) {
        return new Encoding(sae, NumbersReader.of(type, inputType, column));
    }

    private final class Encoding implements Task {

        private final NumbersReader reader;
        private final SparseAutoencoder sae;
        private final int dIn;
        private final @Nullable FeatureSet wanted;
        private final Batch batch;
        private final float[] activations;
        private SparseFeatures found;
        private IntBuffer offsets;

        Encoding(SparseAutoencoder sae, NumbersReader reader) {
            this.sae = sae;
            this.reader = reader;
            this.dIn = sae.config().dIn();
            this.wanted = features.isEmpty()
                    ? null
                    : sae.featureSet(
                            features.stream().mapToInt(Integer::intValue).toArray());
            this.batch = new Batch(errors, batchTokens);
            this.activations = new float[Math.multiplyExact(batchTokens, dIn)];
            this.found = none();
            this.offsets = found.rowOffsets();
        }

        private SparseFeatures none() {
            return sae.encode(new float[0][]);
        }

        @Override
        public boolean take(InternalRow row, RowPlace place) {
            batch.take(place, reader.read(row, activations, batch.usable() * dIn, dIn));
            return batch.isFull();
        }

        @Override
        public void compute() {
            SparseFeatures all = batch.usable() == 0 ? none() : encoded();
            found = topK == 0 ? all : all.topK(topK);
            offsets = found.rowOffsets();
        }

        private SparseFeatures encoded() {
            try {
                return encode(0, batch.usable());
            } catch (SaeException e) {
                batch.rejectThoseThatFail(
                        e,
                        token -> encode(token, 1),
                        token -> Arrays.fill(activations, token * dIn, (token + 1) * dIn, 0));
                return encode(0, batch.usable());
            }
        }

        private SparseFeatures encode(int from, int tokens) {
            if (wanted == null) {
                return sae.encode(activations, from * dIn, tokens);
            }
            float[][] rows = new float[tokens][];
            for (int token = 0; token < tokens; token++) {
                rows[token] = Arrays.copyOfRange(activations, (from + token) * dIn, (from + token + 1) * dIn);
            }
            return sae.encode(rows, wanted);
        }

        @Override
        public int made(int taken) {
            int token = batch.token(taken);
            return token < 0 ? 1 : form.rowsOf(found, token);
        }

        @Override
        public InternalRow row(int taken, int which) {
            int token = batch.token(taken);
            @Nullable InternalRow column = token < 0 ? null : form.column(found, offsets::get, token, which);
            return new GenericInternalRow(
                    errors.setsAside()
                            ? new @Nullable Object[] {column, UTF8String.fromString(batch.wrong(taken))}
                            : new @Nullable Object[] {column});
        }

        @Override
        public void clear() {
            batch.clear();
        }

        @Override
        public @Nullable InternalRow ofPartition() {
            return null;
        }
    }
}
