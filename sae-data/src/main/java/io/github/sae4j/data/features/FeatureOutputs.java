package io.github.sae4j.data.features;

import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.internal.files.AnnouncedTokens;
import io.github.sae4j.data.internal.files.GuardedFile;
import io.github.sae4j.data.internal.files.StandardLines;
import java.util.ArrayList;
import java.util.List;

/** Several sinks that get the same features; all are finished before any is committed. */
final class FeatureOutputs implements FeatureSink {

    private enum Stage {
        WRITING("These features are not finished, so they are not put in place."),
        FAILED("These features could not be finished, so there is nothing to be put in place."),
        FINISHED("These features are finished already."),
        IN_PLACE("These features are in place already.");

        private final String refusal;

        Stage(String refusal) {
            this.refusal = refusal;
        }
    }

    private final FeatureStream stream;
    private final List<FeatureSink> outputs = new ArrayList<>();
    private final AnnouncedTokens tokens;
    private long written;
    private Stage stage = Stage.WRITING;

    private FeatureOutputs(FeatureStream stream) {
        this.stream = stream;
        this.tokens = new AnnouncedTokens(stream.layout().tokens());
    }

    /** Starts all, or none if one of them cannot be started. */
    static FeatureSink create(List<? extends FeatureTarget> targets, FeatureStream stream, Selection selection) {
        selection.requireUse(targets, stream);
        targets.forEach(target -> requireLayers(target, stream));
        FeatureOutputs outputs = new FeatureOutputs(stream);
        try {
            for (FeatureTarget target : targets) {
                outputs.outputs.add(sink(target, stream, selection));
            }
        } catch (RuntimeException e) {
            outputs.close();
            throw e;
        }
        return selection.topK().isPresent()
                ? new StrongestOnly(outputs, selection.topK().getAsInt())
                : outputs;
    }

    private static void requireLayers(FeatureTarget target, FeatureStream stream) {
        boolean hasLayers =
                target instanceof FeatureTarget.InFile in && in.format().hasLayers();
        if (stream.layout().layers() > 0 && !hasLayers) {
            throw new IllegalArgumentException(
                    target + " has no form for an axis of layers; .safetensors and .npz files have one.");
        }
    }

    private static FeatureSink sink(FeatureTarget target, FeatureStream stream, Selection selection) {
        if (target instanceof FeatureTarget.InFolder in) {
            return DelphiOutput.create(in.folder(), stream);
        }
        if (target instanceof FeatureTarget.Lines lines) {
            return JsonLinesOutput.create(new StandardLines(lines.out()), stream, selection.metadata());
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

    @Override
    public void write(TokenBatch batch, SparseFeatures features) {
        require(Stage.WRITING);
        requireFeaturesOf(batch, features);
        tokens.add(batch.count());
        written += batch.count();
        outputs.forEach(output -> output.write(batch, features));
    }

    private void require(Stage wanted) {
        if (stage != wanted) {
            throw new IllegalStateException(stage.refusal);
        }
    }

    private void requireFeaturesOf(TokenBatch batch, SparseFeatures features) {
        if (features.tokens() != batch.count()) {
            throw new IllegalArgumentException("There are features of " + features.tokens()
                    + " tokens, but the batch has " + batch.count() + ", with those that are left out.");
        }
        int dSae = stream.config().dSae();
        if (features.dSae() != dSae) {
            throw new IllegalArgumentException("There are features of an SAE with d_sae = " + features.dSae()
                    + ", but those of one with d_sae = " + dSae + " are written.");
        }
        for (int token = 0; token < batch.count(); token++) {
            if (batch.isSkipped(token) && features.activeCount(token) > 0) {
                throw new IllegalArgumentException("Token " + (written + token) + " is left out, but has "
                        + features.activeCount(token) + " active features; only keptRows() are encoded.");
            }
        }
    }

    @Override
    public void finish() {
        require(Stage.WRITING);
        tokens.requireAll();
        stage = Stage.FAILED;
        outputs.forEach(FeatureSink::finish);
        stage = Stage.FINISHED;
    }

    @Override
    public void commit() {
        require(Stage.FINISHED);
        outputs.forEach(FeatureSink::commit);
        stage = Stage.IN_PLACE;
    }

    @Override
    public List<WrittenFile> made() {
        return outputs.stream().flatMap(output -> output.made().stream()).toList();
    }

    @Override
    public List<String> remarks() {
        return outputs.stream().flatMap(output -> output.remarks().stream()).toList();
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
