package io.github.sae4j.examples.internal.output;

import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.examples.internal.input.Layout;
import io.github.sae4j.examples.internal.input.TokenBatch;
import io.github.sae4j.safetensors.TensorSpec;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Features in compressed sparse rows: {@code indptr} int64 {@code [tokens + 1]}, {@code indices} int32 and
 * {@code values} float32, and each token's {@code scale} and {@code shift} where decoding needs them.
 */
public final class SparseOutput implements FeatureOutput {

    private final OutputFile target;
    private final long[] shape;
    private final Supplier<Provenance> provenance;
    private final SparseColumns columns;
    private @Nullable StagedTensors file;

    private SparseOutput(OutputFile target, long[] shape, Supplier<Provenance> provenance, SparseColumns columns) {
        this.target = target;
        this.shape = shape;
        this.provenance = provenance;
        this.columns = columns;
    }

    /**
     * Starts a file.
     *
     * @param target the file to be
     * @param layout how the tokens are arranged
     * @param config the SAE that makes the features
     * @param provenance where they come from; asked for at the end
     */
    public static SparseOutput create(
            OutputFile target, Layout layout, SaeConfig config, Supplier<Provenance> provenance) {
        return new SparseOutput(
                target, layout.featureShape(config.dSae()), provenance, SparseColumns.create(target, config));
    }

    @Override
    public void write(TokenBatch tokens, SparseFeatures features) {
        columns.write(features);
    }

    @Override
    public void finish() {
        List<TensorSpec> tensors = columns.specs();
        StagedTensors staged =
                StagedTensors.create(target, tensors, provenance.get().metadata(shape));
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
    public Optional<Made> made() {
        return Optional.of(target.made());
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
