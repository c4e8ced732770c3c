package io.github.sae4j.examples.internal;

import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.examples.internal.input.Activations;
import io.github.sae4j.examples.internal.output.OutputFile;
import io.github.sae4j.examples.internal.output.ReconstructionOutput;
import java.util.Arrays;

/**
 * From a file of activations to a file of their reconstructions in one pass, a batch of tokens at a time.
 *
 * @param batchTokens how many tokens are in memory at a time
 */
record Reconstructing(int batchTokens) {

    /**
     * Encodes and decodes all tokens and prints the summary.
     *
     * @param activations what to reconstruct
     * @param sae encodes and decodes
     * @param target the file to make
     * @param terminal shows progress and the summary
     * @return how well the activations are reconstructed
     */
    ReconstructionQuality run(Activations activations, OpenSae sae, OutputFile target, Terminal terminal) {
        long tokens = activations.layout().tokens();
        int dIn = sae.sae().config().dIn();
        int dOut = sae.sae().config().dOut();
        Summary summary = Summary.start();
        ReconstructionQuality quality = new ReconstructionQuality(dIn);
        long active = 0;
        try (ReconstructionOutput output = ReconstructionOutput.create(
                        target,
                        activations.layout(),
                        dOut,
                        sae.provenance(
                                activations.fileName(), activations.layout().heads()));
                Progress progress = Progress.start(terminal, "reconstructing", tokens)) {
            float[][] rows = new float[(int) Math.min(batchTokens, tokens)][dIn];
            for (int count = activations.next(rows); count > 0; count = activations.next(rows)) {
                SparseFeatures features = sae.sae().encode(count == rows.length ? rows : Arrays.copyOf(rows, count));
                float[][] reconstructed = sae.sae().decode(features);
                output.write(reconstructed);
                active += features.activeCount();
                for (int row = 0; row < count && dOut == dIn; row++) {
                    quality.add(rows[row], reconstructed[row]);
                }
                progress.advance(count);
            }
            output.commit();
        }
        summary.add("L0 " + Quantity.decimal(tokens == 0 ? 0 : (double) active / tokens, 1));
        if (dOut == dIn) {
            summary.add(quality.describe());
        }
        terminal.note(summary.line(tokens, sae.sae(), target));
        return quality;
    }
}
