package io.github.sae4j.examples.internal;

import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.examples.internal.input.Activations;
import io.github.sae4j.examples.internal.input.TokenBatch;
import io.github.sae4j.examples.internal.output.DenseOutput;
import io.github.sae4j.examples.internal.output.FeatureOutput;
import io.github.sae4j.examples.internal.output.OutputFile;
import io.github.sae4j.examples.internal.output.Provenance;
import io.github.sae4j.examples.internal.output.SparseOutput;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * From a file of activations to a file of features, a batch of tokens at a time.
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
     * @param target the file to make
     * @param terminal shows progress and the summary
     */
    void run(Activations activations, OpenSae sae, OutputFile target, Terminal terminal) {
        long tokens = activations.layout().tokens();
        Summary summary = Summary.start();
        long active = 0;
        long encoded = 0;
        try (FeatureOutput output = output(activations, sae, target);
                Progress progress = Progress.start(terminal, "encoding", tokens)) {
            Batches batches = Batches.of(activations, sae.sae(), batchTokens);
            for (TokenBatch batch = batches.next(); batch.count() > 0; batch = batches.next()) {
                SparseFeatures features = batches.encode(batch);
                SparseFeatures kept = topK == null ? features : features.topK(topK);
                output.write(kept);
                active += kept.activeCount();
                progress.advance(batch.count());
                encoded += batch.keptCount();
            }
            output.commit();
        }
        summary.add("L0 " + Quantity.decimal(encoded == 0 ? 0 : (double) active / encoded, 1));
        terminal.note(summary.line(tokens, sae.sae(), target));
    }

    private FeatureOutput output(Activations activations, OpenSae sae, OutputFile target) {
        Supplier<Provenance> provenance = () -> sae.provenance(
                        activations.fileName(), activations.layout().heads())
                .withSkipped(activations.skipped());
        return dense
                ? DenseOutput.create(target, activations.layout(), sae.sae().config(), provenance.get())
                : SparseOutput.create(target, activations.layout(), sae.sae().config(), provenance);
    }
}
