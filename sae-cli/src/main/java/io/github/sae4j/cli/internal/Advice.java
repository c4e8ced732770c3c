package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SparseAutoencoder;
import org.jspecify.annotations.Nullable;

/** What to do about reconstructions that are worse than none. */
final class Advice {

    private Advice() {}

    /** Returns a sentence, or null if there is nothing to be done or nothing was measured. */
    static @Nullable String of(@Nullable ReconstructionQuality quality, SparseAutoencoder sae) {
        return quality != null
                        && quality.explainedVariance() < 0
                        && sae.capabilities().has(SaeCapability.ENCODE_TOKENS)
                ? "An explained variance below 0 means that the mean activation comes closer than the reconstructions;"
                        + " sae check says what is probably wrong."
                : null;
    }
}
