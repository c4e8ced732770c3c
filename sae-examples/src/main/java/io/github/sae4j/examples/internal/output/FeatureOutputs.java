package io.github.sae4j.examples.internal.output;

import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.examples.internal.input.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** All files of features that a command makes in one pass; none is put in place before all are complete. */
public final class FeatureOutputs implements AutoCloseable {

    private final List<FeatureOutput> outputs = new ArrayList<>();

    private FeatureOutputs() {}

    /**
     * Starts the files.
     *
     * @param targets the files to be
     * @param selection which features they hold; the dense matrix only if their formats have a form for it
     * @param layout how the tokens are arranged
     * @param config the SAE that makes the features
     * @param provenance where they come from
     * @param first the number of the first token
     */
    public static FeatureOutputs create(
            List<FeatureTarget> targets,
            Selection selection,
            Layout layout,
            SaeConfig config,
            Supplier<Provenance> provenance,
            long first) {
        FeatureOutputs outputs = new FeatureOutputs();
        try {
            for (FeatureTarget target : targets) {
                outputs.outputs.add(output(target, selection, layout, config, provenance, first));
            }
            return outputs;
        } catch (RuntimeException e) {
            outputs.close();
            throw e;
        }
    }

    private static FeatureOutput output(
            FeatureTarget target,
            Selection selection,
            Layout layout,
            SaeConfig config,
            Supplier<Provenance> provenance,
            long first) {
        OutputFile file = target.file();
        return switch (target.format()) {
            case SAFETENSORS ->
                selection.dense()
                        ? DenseOutput.create(file, layout, config, provenance.get())
                        : SparseOutput.create(file, layout, config, provenance);
            case NPZ -> NpzOutput.create(file, layout, config, provenance);
            case PARQUET -> ParquetOutput.create(file, layout, config, provenance, selection.longForm(), first);
            case JSON_LINES -> JsonLinesOutput.create(file, layout, config, provenance.get(), first);
        };
    }

    /**
     * Appends the features of the next tokens to all files.
     *
     * @param features the features, none of tokens that are skipped
     */
    public void write(SparseFeatures features) {
        outputs.forEach(output -> output.write(features));
    }

    /** Completes all files, and only then puts each in place. */
    public void commit() {
        outputs.forEach(FeatureOutput::finish);
        outputs.forEach(FeatureOutput::commit);
    }

    @Override
    public void close() {
        RuntimeException failure = null;
        for (FeatureOutput output : outputs) {
            try {
                output.close();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
