package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.features.FeatureFormat;
import io.github.sae4j.data.features.FeatureSink;
import io.github.sae4j.data.features.FeatureStream;
import io.github.sae4j.data.features.FeatureTarget;
import io.github.sae4j.data.features.Selection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * From activations of all layers of a set to files of features with an axis of layers, or of one layer's features.
 *
 * @param set encodes
 * @param layer the layer that is wanted, or null for all
 * @param selection which features are written
 * @param terminal shows progress and the summary
 */
record SetEncodingJob(OpenSet set, @Nullable Integer layer, Selection selection, Terminal terminal) {

    /**
     * Encodes all tokens and prints the summary.
     *
     * @param targets the files to make, all in one pass
     * @throws CommandException if a file has no form for an axis of layers
     */
    void run(LayeredTokens tokens, List<FeatureTarget> targets) {
        requireForms(targets);
        Summary summary = Summary.start();
        Activations activations = tokens.activations();
        Layout layout = layer == null ? tokens.layout() : tokens.layout().withoutLast();
        FeatureStream stream = FeatureStream.of(
                layout,
                set.set().layer(layer == null ? 0 : layer).config(),
                () -> set.provenance(activations.sourceName(), activations.selected(), layer));
        long active = 0;
        List<WrittenFile> made;
        try (FeatureSink output = FeatureSink.to(targets, stream, selection);
                Progress progress = Progress.start(terminal, "encoding", tokens.tokens())) {
            for (float[][][] x = tokens.next(); x.length > 0; x = tokens.next()) {
                SparseFeatures features = encoded(x);
                output.write(layer == null ? tokens.rows() : TokenBatch.of(ofLayer(x, layer)), features);
                active += Summary.written(features, selection);
                progress.advance(x.length);
            }
            output.publish();
            made = output.made();
        }
        long count = tokens.tokens();
        if (count > 0) {
            summary.add("L0 " + Quantity.decimal((double) active / count, 1)
                    + (layer == null ? " in " + set.set().layers() + " layers" : " in layer " + layer));
        }
        terminal.note(summary.line(count, made));
    }

    private SparseFeatures encoded(float[][][] x) {
        return layer == null ? set.set().encode(x).sideBySide() : set.set().encode(layer, ofLayer(x, layer));
    }

    private static float[][] ofLayer(float[][][] x, int layer) {
        return Stream.of(x).map(token -> token[layer]).toArray(float[][]::new);
    }

    /** Where a line or row of a file is numbered as a token, it cannot be one of its layers. */
    private void requireForms(List<FeatureTarget> targets) {
        for (FeatureTarget target : targets) {
            boolean fits = target instanceof FeatureTarget.InFile file
                    && (file.format() == FeatureFormat.SAFETENSORS || file.format() == FeatureFormat.NPZ);
            if (!fits) {
                throw new CommandException(
                        set.name() + " is a set of layers, whose features have an axis of layers; they"
                                + " are written to .safetensors and .npz files only.");
            }
        }
    }
}
