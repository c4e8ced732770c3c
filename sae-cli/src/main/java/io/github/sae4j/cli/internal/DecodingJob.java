package io.github.sae4j.cli.internal;

import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.activations.ReconstructionOutput;
import io.github.sae4j.data.activations.ReconstructionTarget;
import io.github.sae4j.data.features.FeatureFile;
import java.util.List;

/**
 * From a file of features to a file of reconstructed activations, a batch of tokens at a time.
 *
 * @param batchTokens how many tokens are in memory at a time
 */
record DecodingJob(int batchTokens) {

    /**
     * Decodes all tokens and prints the summary.
     *
     * @param features what to decode
     * @param sae decodes
     * @param target the file to make
     * @param terminal shows progress and the summary
     */
    void run(FeatureFile features, OpenSae sae, ReconstructionTarget target, Terminal terminal) {
        features.requireMadeBy(sae.sae());
        tellWhatIsNotDecoded(sae, terminal);
        long tokens = features.layout().tokens();
        Summary summary = Summary.start();
        long active = 0;
        try (ReconstructionOutput output = ReconstructionOutput.create(
                        target,
                        features.layout(),
                        sae.sae().config().dOut(),
                        sae.provenance()
                                .source(features.fileName(), features.provenance())
                                .heads(features.layout().heads())
                                .build());
                Progress progress = Progress.start(terminal, "decoding", tokens)) {
            SparseFeatures batch = features.next(batchTokens);
            while (batch.tokens() > 0) {
                output.write(sae.sae().decode(batch));
                active += batch.activeCount();
                progress.advance(batch.tokens());
                batch = features.next(batchTokens);
            }
            output.commit();
        }
        terminal.note(summary.l0(active, tokens)
                .line(tokens, sae.sae(), List.of(target.file().made())));
    }

    private static void tellWhatIsNotDecoded(OpenSae sae, Terminal terminal) {
        if (!sae.sae().capabilities().has(SaeCapability.ENCODE_TOKENS)) {
            terminal.note("sae: note: this is what the features decode to; the part that the SAE predicts from earlier"
                    + " tokens is not in them. sae reconstruct has both.");
        } else if (!sae.sae().capabilities().has(SaeCapability.DECODE_WHOLLY)) {
            terminal.note(
                    "sae: note: this is what the features decode to; the skip term is not in them. sae reconstruct"
                            + " has both.");
        }
    }
}
