package io.github.sae4j.examples.internal;

import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.examples.internal.input.Activations;
import io.github.sae4j.examples.internal.input.TokenBatch;
import io.github.sae4j.examples.internal.output.OutputFile;
import io.github.sae4j.examples.internal.output.ReconstructionOutput;
import io.github.sae4j.examples.internal.survey.ReconstructionQuality;
import java.util.List;

/**
 * From a file of activations to a file of their reconstructions in one pass, a batch of tokens at a time.
 *
 * @param batchTokens how many tokens are in memory at a time
 */
record Reconstructing(int batchTokens) {

    /**
     * Encodes and decodes all tokens and prints the summary; how close a transcoder comes to what it reads means nothing,
     * for it writes to another place.
     *
     * @param activations what to reconstruct
     * @param sae encodes and decodes
     * @param target the file to make
     * @param terminal shows progress and the summary
     * @return how well the activations are reconstructed
     */
    ReconstructionQuality run(Activations activations, OpenSae sae, OutputFile target, Terminal terminal) {
        long tokens = activations.layout().tokens();
        SaeConfig config = sae.sae().config();
        Summary summary = Summary.start();
        ReconstructionQuality quality = new ReconstructionQuality(config.dIn());
        // What is added to the decoded features is computed with them, and encoding once more for L0 would double the
        // work.
        Batches batches = Batches.of(activations, sae.sae(), batchTokens);
        boolean decoded = !batches.addsToDecodedFeatures();
        long active = 0;
        long encoded = 0;
        try (ReconstructionOutput output = ReconstructionOutput.create(
                        target, activations.layout(), config.dOut(), sae.provenance(activations));
                Progress progress = Progress.start(terminal, "reconstructing", tokens)) {
            for (TokenBatch batch = batches.next(); batch.count() > 0; batch = batches.next()) {
                float[][] reconstructed;
                if (decoded) {
                    SparseFeatures features = batches.encode(batch);
                    active += features.activeCount();
                    reconstructed = batches.reconstruct(batch, features);
                } else {
                    reconstructed = batches.reconstruct(batch);
                }
                output.write(reconstructed);
                if (!config.isTranscoder()) {
                    quality.add(batch, reconstructed);
                }
                progress.advance(batch.count());
                encoded += batch.keptCount();
            }
            output.commit();
        }
        if (decoded) {
            summary.add("L0 " + Quantity.decimal(encoded == 0 ? 0 : (double) active / encoded, 1));
        }
        if (!config.isTranscoder()) {
            summary.add("explained variance " + Quantity.decimalOrDash(quality.explainedVariance(), 4));
            summary.add("relative error " + Quantity.decimalOrDash(quality.relativeError(), 4));
        }
        terminal.note(summary.line(tokens, sae.sae(), List.of(target.made())));
        return quality;
    }
}
