package io.github.sae4j.examples.internal.output;

import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.examples.internal.input.Layout;
import io.github.sae4j.examples.internal.input.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** All that a command makes of features in one pass; nothing is put in place before everything is complete. */
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
            List<? extends FeatureTarget> targets,
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
        if (target instanceof FeatureTarget.InFolder in) {
            return DelphiOutput.create(in.folder(), layout, config, provenance);
        }
        if (target instanceof FeatureTarget.OnStandardOutput standard) {
            return JsonLinesOutput.create(new StandardLines(standard.out()), layout, config, provenance.get(), first);
        }
        return inFile((FeatureTarget.InFile) target, selection, layout, config, provenance, first);
    }

    private static FeatureOutput inFile(
            FeatureTarget.InFile target,
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
            case JSON_LINES ->
                JsonLinesOutput.create(new FileLines(StagedFile.beside(file)), layout, config, provenance.get(), first);
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
        outputs.forEach(FeatureOutput::finish);
        outputs.forEach(FeatureOutput::commit);
    }

    /** Returns what was made and stays. */
    public List<Made> made() {
        return outputs.stream().flatMap(output -> output.made().stream()).toList();
    }

    /** Returns what the user should know of it. */
    public List<String> remarks() {
        return outputs.stream().flatMap(output -> output.remark().stream()).toList();
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
