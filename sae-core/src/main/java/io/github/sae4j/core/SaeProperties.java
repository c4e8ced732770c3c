package io.github.sae4j.core;

import org.jspecify.annotations.Nullable;

/**
 * The properties of an SAE beside its weights.
 *
 * @param config what it computes
 * @param weightType how {@code W_enc} is stored, or {@code W_dec} if there is no other
 * @param weightLayout how its matrices lie in memory, for people
 * @param source where the weights came from
 * @param sparsity the log10 of each feature's firing frequency, if it is known
 * @param inputScale what activations are multiplied by before all else
 * @param allowNonFinite whether NaN and infinity are let through
 * @param takesSequences whether a token's features depend on the tokens before it
 * @param hasSkip whether reconstructing adds a skip term to what is decoded
 * @param noDecoding why it cannot decode, or null if it can
 * @param noFolding why decoder norms cannot be folded, or null if they can
 * @param noSubsets why it cannot encode some features only, or null if it can
 * @param segments how many segments an activation has whose last axes are laid side by side, 0 for any number
 * @param folded whether decoder norms are folded
 */
@SuppressWarnings("ArrayRecordComponent")
record SaeProperties(
        SaeConfig config,
        WeightType weightType,
        String weightLayout,
        SaeSource source,
        float @Nullable [] sparsity,
        double inputScale,
        boolean allowNonFinite,
        boolean takesSequences,
        boolean hasSkip,
        @Nullable String noDecoding,
        @Nullable String noFolding,
        @Nullable String noSubsets,
        int segments,
        boolean folded) {

    /** Throws what stands against something that is asked for, if anything does. */
    static void requireNothingAgainst(@Nullable String reason) {
        if (reason != null) {
            throw new SaeException(SaeException.Reason.NOT_SUPPORTED, reason);
        }
    }

    /** Throws unless the SAE can decode. */
    void requireDecoder() {
        requireNothingAgainst(noDecoding);
    }

    /** Throws unless the SAE takes each token alone. */
    void requireSingleTokens() {
        requireNothingAgainst(
                takesSequences
                        ? "This SAE predicts each token from those before it, so it takes whole sequences:"
                                + " encodeSequence, or an NDArray of [batch, sequence, d_in = " + config.dIn()
                                + "], not tokens alone."
                        : null);
    }

    /** Returns the same of an SAE whose decoder norms are folded. */
    SaeProperties withFoldedNorms() {
        return new SaeProperties(
                config,
                weightType,
                weightLayout,
                source,
                sparsity,
                inputScale,
                allowNonFinite,
                takesSequences,
                hasSkip,
                noDecoding,
                noFolding,
                noSubsets,
                segments,
                true);
    }
}
