package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.activations.LayeredActivations;
import io.github.sae4j.data.activations.LayeredBatch;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.activations.ReconstructionOutput;
import io.github.sae4j.data.activations.ReconstructionTarget;
import io.github.sae4j.data.features.FeatureFile;
import io.github.sae4j.loader.LayeredFeatures;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * From features or activations of all layers of a set to a file of what the set makes of them, {@code [tokens, layers, d]},
 * or of one layer of it.
 *
 * @param set decodes
 * @param layer the layer that is wanted, or null for all
 * @param batchTokens how many tokens are in memory at a time
 * @param terminal shows progress and the summary
 */
record SetDecodingJob(OpenSet set, @Nullable Integer layer, int batchTokens, Terminal terminal) {

    /** Decodes the features of a file and prints the summary. */
    void decode(FeatureFile features, ReconstructionTarget target) {
        int layers = set.set().layers();
        features.requireMadeBySet(set.set().source());
        if (!set.set().capabilities().has(SaeCapability.DECODE_WHOLLY)) {
            terminal.note(
                    "sae: note: this is what the features decode to; the skip term is not in them. sae reconstruct has"
                            + " both.");
        }
        Summary summary = Summary.start();
        long tokens = features.layout().tokens() / layers;
        try (ReconstructionOutput output =
                        output(target, features.layout(), set.provenance(features.fileName(), List.of(), layer));
                Progress progress = Progress.start(terminal, "decoding", tokens)) {
            for (SparseFeatures rows = features.next(batchTokens);
                    rows.tokens() > 0;
                    rows = features.next(batchTokens)) {
                write(output, set.set().decode(LayeredFeatures.of(rows, layers)));
                progress.advance(rows.tokens() / layers);
            }
            output.commit();
        }
        terminal.note(summary.line(tokens, List.of(target.file().made())));
    }

    /** Reconstructs activations and prints the summary. */
    void reconstruct(LayeredActivations activations, ReconstructionTarget target) {
        Summary summary = Summary.start();
        long active = 0;
        Provenance provenance = set.provenance(activations.sourceName(), activations.selected(), layer);
        try (ReconstructionOutput output = output(target, activations.layout(), provenance);
                Progress progress = Progress.start(terminal, "reconstructing", activations.tokens())) {
            for (LayeredBatch batch : activations.batches(batchTokens)) {
                float[][][] x = batch.activations();
                LayeredFeatures features = set.set().encode(x);
                write(output, set.set().reconstruct(x, features));
                active += features.layers().stream()
                        .mapToLong(SparseFeatures::activeCount)
                        .sum();
                progress.advance(x.length);
            }
            output.commit();
        }
        if (activations.tokens() > 0) {
            summary.add("L0 " + Quantity.decimal((double) active / activations.tokens(), 1) + " in "
                    + set.set().layers() + " layers");
        }
        terminal.note(summary.line(activations.tokens(), List.of(target.file().made())));
    }

    private ReconstructionOutput output(ReconstructionTarget target, Layout layout, Provenance provenance) {
        return ReconstructionOutput.create(
                target, layer == null ? layout : layout.withoutLast(), set.set().d(), provenance);
    }

    private void write(ReconstructionOutput output, float[][][] out) {
        if (layer == null) {
            output.write(out);
        } else {
            output.write(Stream.of(out).map(token -> token[layer]).toArray(float[][]::new));
        }
    }
}
