package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.EncodingPass;
import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.ReconstructionOutput;
import io.github.sae4j.data.activations.ReconstructionTarget;
import io.github.sae4j.data.activations.TokenBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
     * @return how well the activations are reconstructed
     */
    ReconstructionQuality run(Activations activations, OpenSae sae, ReconstructionTarget target, Terminal terminal) {
        long tokens = activations.layout().tokens();
        SaeConfig config = sae.sae().config();
        Summary summary = Summary.start();
        ReconstructionQuality quality = new ReconstructionQuality(config.dIn());
        // What is added to the decoded features is computed with them, and encoding once more for L0 would double the
        // work.
        EncodingPass batches = EncodingPass.of(activations, sae.sae(), batchTokens);
        boolean decoded = !batches.addsToDecodedFeatures();
        Counts counts = new Counts();
        try (ReconstructionOutput output = ReconstructionOutput.create(
                        target, activations.layout(), config.dOut(), sae.provenance(activations));
                Progress progress = Progress.start(terminal, "reconstructing", tokens)) {
            batches.pass(progress::advance, batch -> reconstructed(batches, batch), (batch, computed) -> {
                output.write(computed.rows);
                if (!config.isTranscoder()) {
                    quality.add(batch, computed.rows);
                }
                counts.encoded += batch.keptCount();
                counts.active += computed.active;
            });
            output.commit();
        }
        summary.leftOut(activations);
        if (decoded) {
            summary.add("L0 " + Quantity.decimal(counts.encoded == 0 ? 0 : (double) counts.active / counts.encoded, 1));
        }
        if (!config.isTranscoder()) {
            summary.add("explained variance " + Quantity.decimalOrDash(quality.explainedVariance(), 4));
            summary.add("relative error " + Quantity.decimalOrDash(quality.relativeError(), 4));
        }
        terminal.note(summary.line(tokens, sae.sae(), List.of(target.file().made())));
        @Nullable String advice = config.isTranscoder() ? null : Advice.of(quality, sae.sae());
        if (advice != null) {
            terminal.note(advice);
        }
        return quality;
    }

    private static Reconstructed reconstructed(EncodingPass batches, TokenBatch batch) {
        if (batches.addsToDecodedFeatures()) {
            return new Reconstructed(batches.reconstruct(batch), 0);
        }
        SparseFeatures features = batches.encode(batch);
        return new Reconstructed(batches.reconstruct(batch, features), features.activeCount());
    }

    /** What became of a batch, and how many features were active in it, if that is known. */
    private static final class Reconstructed {
        private final float[][] rows;
        private final long active;

        Reconstructed(float[][] rows, long active) {
            this.rows = rows;
            this.active = active;
        }
    }

    /** What is counted on the way. */
    private static final class Counts {
        private long active;
        private long encoded;
    }
}
