package io.github.sae4j.spark.internal.rows;

import io.github.sae4j.analysis.evaluation.Firings;
import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.core.ForwardPass;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.spark.internal.worker.SaeReference;
import java.util.Arrays;
import java.util.Optional;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Measures an SAE on the activations of each partition.
 *
 * @param reference the SAE
 * @param inputType the format of numbers in a binary column; empty for others
 * @param batchTokens how many tokens are encoded at once
 */
public record EvaluateRows(SaeReference reference, String inputType, int batchTokens) implements RowWork {

    private static final ErrorPolicy NONE_SET_ASIDE = new ErrorPolicy("", false);

    @Override
    public StructType added() {
        return new StructType().add("firings", DataTypes.BinaryType, false).add("quality", DataTypes.BinaryType, true);
    }

    @Override
    public boolean keepsRows() {
        return false;
    }

    @Override
    public String description() {
        return "evaluate " + reference.settings().name();
    }

    @Override
    public Task begin(SparseAutoencoder sae, int column, DataType type) {
        return new Evaluating(sae, NumbersReader.of(type, inputType, column));
    }

    private final class Evaluating implements Task {

        private final NumbersReader reader;
        private final SparseAutoencoder sae;
        private final Batch batch;
        private final float[][] activations;
        private final Firings firings;
        private final Optional<ReconstructionQuality> quality;

        Evaluating(SparseAutoencoder sae, NumbersReader reader) {
            this.sae = sae;
            this.reader = reader;
            this.batch = new Batch(NONE_SET_ASIDE, batchTokens);
            this.activations = new float[batchTokens][sae.config().dIn()];
            this.firings = new Firings(sae.config().dSae());
            this.quality = ReconstructionQuality.of(sae);
        }

        @Override
        public void clear() {
            batch.clear();
        }

        @Override
        public boolean take(InternalRow row, RowPlace place) {
            float[] into = activations[batch.usable()];
            batch.take(place, reader.read(row, into, 0, into.length));
            return batch.isFull();
        }

        @Override
        public void compute() {
            float[][] rows = Arrays.copyOf(activations, batch.usable());
            TokenBatch tokens = TokenBatch.of(rows);
            try {
                if (quality.isEmpty()) {
                    firings.add(tokens, sae.encode(rows));
                    return;
                }
                ForwardPass forward = sae.forward(rows);
                firings.add(tokens, forward.features());
                quality.get().add(tokens, forward.reconstruction());
            } catch (SaeException e) {
                batch.rejectThoseThatFail(e, token -> alone(rows[token]), token -> {});
            }
        }

        private void alone(float[] activation) {
            float[][] row = {activation};
            if (quality.isEmpty()) {
                sae.encode(row);
            } else {
                sae.forward(row);
            }
        }

        @Override
        public int made(int taken) {
            return 0;
        }

        @Override
        public InternalRow row(int taken, int which) {
            throw new IllegalStateException("An evaluation makes no rows of tokens.");
        }

        @Override
        public @Nullable InternalRow ofPartition() {
            return new GenericInternalRow(new @Nullable Object[] {
                firings.toBytes(), quality.map(ReconstructionQuality::toBytes).orElse(null)
            });
        }
    }
}
