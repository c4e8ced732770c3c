package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.activations.Activations;
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
        requireAllLayers(features);
        set.requireLayers(features.fileName(), features.layout(), set.set().dSae(), "d_sae");
        features.requireMadeBySet(set.set().source());
        if (set.set().hasSkip()) {
            terminal.note(
                    "sae: note: this is what the features decode to; the skip term is not in them. sae reconstruct has"
                            + " both.");
        }
        Summary summary = Summary.start();
        long tokens = features.layout().tokens() / layers;
        try (ReconstructionOutput output =
                        output(target, features.layout(), set.provenance(features.fileName(), List.of(), layer));
                Progress progress = Progress.start(terminal, "decoding", tokens)) {
            for (SparseFeatures rows = next(features); rows.tokens() > 0; rows = next(features)) {
                write(output, set.set().decode(LayeredFeatures.of(rows, layers)));
                progress.advance(rows.tokens() / layers);
            }
            output.commit();
        }
        terminal.note(summary.line(tokens, List.of(target.file().made())));
    }

    private static void requireAllLayers(FeatureFile features) {
        for (Setting.Value chosen : features.provenance().selected()) {
            if (chosen.setting() == Setting.SET_LAYER) {
                throw new CommandException(features.fileName() + " was encoded with "
                        + SettingOptions.spelled(List.of(chosen))
                        + ", so it has the features of one layer, but a set decodes those of all; sae encode without"
                        + " --layer writes them.");
            }
        }
    }

    private SparseFeatures next(FeatureFile features) {
        int layers = set.set().layers();
        SparseFeatures rows = features.next(Math.min(Integer.MAX_VALUE / layers, batchTokens) * layers);
        if (rows.tokens() % layers != 0) {
            throw new CommandException(features.fileName() + ": so many features are active that " + batchTokens
                    + " tokens at a time do not fit into memory; --batch-tokens takes fewer.");
        }
        return rows;
    }

    /** Reconstructs activations and prints the summary. */
    void reconstruct(LayeredTokens tokens, ReconstructionTarget target) {
        Summary summary = Summary.start();
        long active = 0;
        Activations activations = tokens.activations();
        Provenance provenance = set.provenance(activations.sourceName(), activations.selected(), layer);
        try (ReconstructionOutput output = output(target, tokens.layout(), provenance);
                Progress progress = Progress.start(terminal, "reconstructing", tokens.tokens())) {
            for (float[][][] x = tokens.next(); x.length > 0; x = tokens.next()) {
                LayeredFeatures features = set.set().encode(x);
                write(output, set.set().reconstruct(x, features));
                active += features.layers().stream()
                        .mapToLong(SparseFeatures::activeCount)
                        .sum();
                progress.advance(x.length);
            }
            output.commit();
        }
        if (tokens.tokens() > 0) {
            summary.add("L0 " + Quantity.decimal((double) active / tokens.tokens(), 1) + " in "
                    + set.set().layers() + " layers");
        }
        terminal.note(summary.line(tokens.tokens(), List.of(target.file().made())));
    }

    private ReconstructionOutput output(ReconstructionTarget target, Layout layout, Provenance provenance) {
        return ReconstructionOutput.create(
                target, layer == null ? layout : layout.withoutLast(), set.set().d(), provenance);
    }

    private void write(ReconstructionOutput output, float[][][] out) {
        output.write(
                layer == null
                        ? Stream.of(out).flatMap(Stream::of).toArray(float[][]::new)
                        : Stream.of(out).map(token -> token[layer]).toArray(float[][]::new));
    }
}
