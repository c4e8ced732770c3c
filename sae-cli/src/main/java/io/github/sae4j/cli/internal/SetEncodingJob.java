package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.data.activations.LayeredActivations;
import io.github.sae4j.data.activations.LayeredBatch;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.features.FeatureSink;
import io.github.sae4j.data.features.FeatureStream;
import io.github.sae4j.data.features.FeatureTarget;
import io.github.sae4j.data.features.Selection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From activations of all layers of a set to files of features with an axis of layers, or of one layer's features.
 *
 * @param set encodes
 * @param layer the layer that is wanted, or null for all
 * @param batchTokens how many tokens are in memory at a time
 * @param selection which features are written
 * @param terminal shows progress and the summary
 */
record SetEncodingJob(OpenSet set, @Nullable Integer layer, int batchTokens, Selection selection, Terminal terminal) {

    /**
     * Encodes all tokens and prints the summary.
     *
     * @param targets the files to make, all in one pass
     * @throws CommandException if all layers are wanted and a file has no form for an axis of layers
     */
    void run(LayeredActivations activations, List<FeatureTarget> targets) {
        if (layer == null) {
            requireForms(targets);
        }
        Summary summary = Summary.start();
        FeatureStream stream = (layer == null
                        ? FeatureStream.of(activations, set.set().source())
                        : FeatureStream.ofLayer(activations, set.set().source(), layer))
                .withProvenance(() -> set.provenance(activations.sourceName(), activations.selected(), layer));
        long active = 0;
        List<WrittenFile> made;
        try (FeatureSink output = FeatureSink.to(targets, stream, selection);
                Progress progress = Progress.start(terminal, "encoding", activations.tokens())) {
            for (LayeredBatch batch : activations.batches(batchTokens)) {
                SparseFeatures features = write(batch, output);
                active += Summary.written(features, selection);
                progress.advance(batch.tokens());
            }
            output.publish();
            made = output.made();
        }
        long count = activations.tokens();
        if (count > 0) {
            summary.add("L0 " + Quantity.decimal((double) active / count, 1)
                    + (layer == null ? " in " + set.set().layers() + " layers" : " in layer " + layer));
        }
        terminal.note(summary.line(count, made));
    }

    private SparseFeatures write(LayeredBatch batch, FeatureSink output) {
        TokenBatch rows = layer == null ? batch.rows() : batch.layer(layer);
        SparseFeatures features = layer == null
                ? set.set().encode(batch.activations()).sideBySide()
                : set.set().encode(layer, rows.rows());
        output.write(rows, features);
        return features;
    }

    /** Where a line or row of a file is numbered as a token, it cannot be one of its layers. */
    private void requireForms(List<FeatureTarget> targets) {
        for (FeatureTarget target : targets) {
            boolean fits =
                    target instanceof FeatureTarget.InFile file && file.format().hasLayers();
            if (!fits) {
                throw new CommandException(
                        set.name() + " is a set of layers, whose features have an axis of layers; they"
                                + " are written to .safetensors and .npz files only, those of one --layer to any.");
            }
        }
    }
}
