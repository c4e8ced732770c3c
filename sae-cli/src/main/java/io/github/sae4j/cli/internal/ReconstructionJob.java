package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.ReconstructionOutput;
import io.github.sae4j.data.activations.ReconstructionTarget;
import java.util.List;

/**
 * From a file of activations to a file of their reconstructions in one pass, a batch of tokens at a time.
 *
 * @param batchTokens how many tokens are in memory at a time
 */
record ReconstructionJob(int batchTokens) {

    /**
     * Encodes and decodes all tokens and prints the summary; how close a transcoder comes to what it reads means nothing,
     * for it writes to another place.
     *
     * @param activations what to reconstruct
     * @param sae encodes and decodes
     * @param target the file to make
     * @param terminal shows progress and the summary
     */
    void run(Activations activations, OpenSae sae, ReconstructionTarget target, Terminal terminal) {
        long tokens = activations.layout().tokens();
        Summary summary = Summary.start();
        Evaluation evaluation;
        try (ReconstructionOutput output = ReconstructionOutput.create(
                        target, activations.layout(), sae.sae().config().dOut(), sae.provenance(activations));
                Progress progress = Progress.start(terminal, "reconstructing", tokens)) {
            evaluation = Evaluation.of(
                    activations,
                    sae.sae(),
                    batchTokens,
                    progress::advance,
                    (batch, forward) -> output.write(forward.reconstruction()));
            output.commit();
        }
        summary.leftOut(activations).l0(evaluation.firings().l0());
        ReconstructionQuality quality = evaluation.quality().orElse(null);
        if (quality != null) {
            summary.add("explained variance " + Quantity.decimalOrDash(quality.explainedVariance(), 4));
            summary.add("relative error " + Quantity.decimalOrDash(quality.relativeError(), 4));
        }
        terminal.note(summary.line(tokens, sae.sae(), List.of(target.file().made())));
        String advice = Advice.of(quality, sae.sae());
        if (advice != null) {
            terminal.note(advice);
        }
    }
}
