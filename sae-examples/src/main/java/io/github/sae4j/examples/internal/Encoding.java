package io.github.sae4j.examples.internal;

import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.examples.internal.input.Activations;
import io.github.sae4j.examples.internal.output.FeatureOutputs;
import io.github.sae4j.examples.internal.output.FeatureTarget;
import io.github.sae4j.examples.internal.output.OutputFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From a file of activations to files of features, a batch of tokens at a time.
 *
 * @param batchTokens how many tokens are in memory at a time
 * @param topK how many features of each token are kept, or null for all
 * @param dense whether the features are written as a dense matrix
 */
record Encoding(int batchTokens, @Nullable Integer topK, boolean dense) {

    /**
     * Encodes all tokens and prints the summary.
     *
     * @param activations what to encode
     * @param sae encodes
     * @param targets the files to make, all in one pass
     * @param terminal shows progress and the summary
     */
    void run(Activations activations, OpenSae sae, List<FeatureTarget> targets, Terminal terminal) {
        long tokens = activations.layout().tokens();
        Summary summary = Summary.start();
        long[] active = new long[1];
        long[] encoded = new long[1];
        try (FeatureOutputs output = outputs(activations, sae, targets)) {
            Batches.of(activations, sae.sae(), batchTokens).encodeAll(terminal, "encoding", (batch, features) -> {
                SparseFeatures kept = topK == null ? features : features.topK(topK);
                output.write(kept);
                active[0] += kept.activeCount();
                encoded[0] += batch.keptCount();
            });
            output.commit();
        }
        summary.add("L0 " + Quantity.decimal(encoded[0] == 0 ? 0 : (double) active[0] / encoded[0], 1));
        terminal.note(summary.line(
                tokens, sae.sae(), targets.stream().map(FeatureTarget::file).toArray(OutputFile[]::new)));
    }

    private FeatureOutputs outputs(Activations activations, OpenSae sae, List<FeatureTarget> targets) {
        return FeatureOutputs.create(
                targets, dense, activations.layout(), sae.sae().config(), () -> sae.provenance(activations));
    }
}
