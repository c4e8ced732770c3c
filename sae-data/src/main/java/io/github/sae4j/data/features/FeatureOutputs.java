package io.github.sae4j.data.features;

import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.internal.files.GuardedFile;
import io.github.sae4j.data.internal.files.StandardLines;
import java.util.ArrayList;
import java.util.List;

/**
 * All that is made of features in one pass, where {@link FeatureSink} makes one file; nothing is put in place before everything
 * is complete. Not for use by several threads at once.
 *
 * @since 0.1
 */
public final class FeatureOutputs implements AutoCloseable {

    private final List<FeatureSink> outputs = new ArrayList<>();

    private FeatureOutputs() {}

    /**
     * Starts them.
     *
     * @param targets where features are to go
     * @param selection which features; the dense matrix only if the formats have a form for it
     * @param stream what is written
     */
    public static FeatureOutputs create(
            List<? extends FeatureTarget> targets, Selection selection, FeatureStream stream) {
        FeatureOutputs outputs = new FeatureOutputs();
        try {
            for (FeatureTarget target : targets) {
                outputs.outputs.add(sink(target, selection, stream));
            }
            return outputs;
        } catch (RuntimeException e) {
            outputs.close();
            throw e;
        }
    }

    static FeatureSink sink(FeatureTarget target, Selection selection, FeatureStream stream) {
        if (target instanceof FeatureTarget.InFolder in) {
            return DelphiOutput.create(in.folder(), stream);
        }
        if (target instanceof FeatureTarget.OnStandardOutput standard) {
            return JsonLinesOutput.create(new StandardLines(standard.out()), stream, selection.metadata());
        }
        FeatureTarget.InFile in = (FeatureTarget.InFile) target;
        OutputFile file = in.file();
        return switch (in.format()) {
            case SAFETENSORS ->
                selection.dense() ? DenseOutput.create(file, stream) : SparseOutput.create(file, stream);
            case NPZ -> NpzOutput.create(file, stream);
            case PARQUET -> ParquetOutput.create(file, stream, selection.longForm());
            case JSON_LINES -> JsonLinesOutput.create(GuardedFile.beside(file), stream, selection.metadata());
        };
    }

    /**
     * Appends the features of the next tokens to all of them.
     *
     * @param tokens the tokens
     * @param features the features, none of tokens that are skipped
     */
    public void write(TokenBatch tokens, SparseFeatures features) {
        outputs.forEach(output -> output.write(tokens, features));
    }

    /** Completes all files, and only then puts each in place. */
    public void commit() {
        outputs.forEach(FeatureSink::finish);
        outputs.forEach(FeatureSink::commit);
    }

    /** Returns what was made and stays. */
    public List<WrittenFile> made() {
        return outputs.stream().flatMap(output -> output.made().stream()).toList();
    }

    /** Returns what there is to know of it. */
    public List<String> remarks() {
        return outputs.stream().flatMap(output -> output.remark().stream()).toList();
    }

    @Override
    public void close() {
        RuntimeException failure = null;
        for (FeatureSink output : outputs) {
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
