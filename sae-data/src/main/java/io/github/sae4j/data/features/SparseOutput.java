package io.github.sae4j.data.features;

import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.internal.files.GuardedTensors;
import io.github.sae4j.safetensors.TensorSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Features in compressed sparse rows: {@code indptr} int64 {@code [tokens + 1]}, {@code indices} int32 and
 * {@code values} float32, and each token's {@code scale} and {@code shift} where decoding needs them.
 */
final class SparseOutput implements FeatureSink {

    private final OutputFile target;
    private final FeatureStream stream;
    private final SparseColumns columns;
    private @Nullable GuardedTensors file;

    private SparseOutput(OutputFile target, FeatureStream stream, SparseColumns columns) {
        this.target = target;
        this.stream = stream;
        this.columns = columns;
    }

    /**
     * Starts a file.
     *
     * @param target the file to be
     * @param stream what is written
     */
    static SparseOutput create(OutputFile target, FeatureStream stream) {
        return new SparseOutput(target, stream, SparseColumns.create(target, stream));
    }

    @Override
    public void write(TokenBatch tokens, SparseFeatures features) {
        columns.write(tokens, features);
    }

    @Override
    public void finish() {
        List<TensorSpec> tensors = columns.specs();
        GuardedTensors staged = GuardedTensors.create(target, tensors, stream.metadata());
        file = staged;
        for (TensorSpec tensor : tensors) {
            columns.copy(tensor.name(), bytes -> staged.write(tensor.name(), bytes));
        }
        staged.requireTargetFree();
    }

    @Override
    public void commit() {
        if (file == null) {
            throw new IllegalStateException("The file is not finished.");
        }
        file.commit();
    }

    @Override
    public List<WrittenFile> made() {
        return List.of(target.made());
    }

    @Override
    public void close() {
        try {
            columns.close();
        } finally {
            if (file != null) {
                file.close();
            }
        }
    }
}
