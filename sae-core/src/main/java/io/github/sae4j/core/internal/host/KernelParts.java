package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.Activation;
import io.github.sae4j.core.InputAffine;
import io.github.sae4j.core.MatchingPursuit;
import io.github.sae4j.core.OutputAffine;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeParts;
import io.github.sae4j.core.TemporalPrediction;
import io.github.sae4j.core.WeightMatrix;
import org.jspecify.annotations.Nullable;

/**
 * What a kernel is made of; the parts have been checked to fit each other.
 *
 * @param config what the SAE computes
 * @param encoder {@code W_enc}, {@code [d_in, d_sae]}, or null if the rule has none
 * @param decoder {@code W_dec}, {@code [d_sae, d_out]}, or null if nothing is ever decoded
 * @param decoderBias {@code b_dec}, {@code [d_out]}
 * @param skip {@code W_skip}, {@code [d_out, d_in]}, or null if there is none
 * @param rule the rule that decides which features are active
 * @param prediction what predicts a token from those before it, or null if nothing does
 * @param inputScale what activations are multiplied by before all else, and reconstructions divided by
 * @param inputAffine what happens to each element of an activation before all else, or null if nothing does
 * @param outputAffine what happens to each element of a decoded activation after all else, or null if nothing does
 * @param checkFinite whether NaN and infinity are rejected
 * @param screen what encoding is screened with, or null if it is not
 */
@SuppressWarnings("ArrayRecordComponent")
public record KernelParts(
        SaeConfig config,
        @Nullable WeightMatrix encoder,
        @Nullable WeightMatrix decoder,
        float[] decoderBias,
        @Nullable WeightMatrix skip,
        Activation rule,
        @Nullable TemporalPrediction prediction,
        double inputScale,
        @Nullable InputAffine inputAffine,
        @Nullable OutputAffine outputAffine,
        boolean checkFinite,
        @Nullable Screen screen) {

    /** Returns what the kernels of an SAE are made of. */
    public static KernelParts of(SaeConfig config, SaeParts parts, double inputScale, boolean checkFinite) {
        // Matching pursuit decodes with b_dec only where it is subtracted.
        boolean unbiased = parts.activation() instanceof MatchingPursuit && !config.applyBDecToInput();
        return new KernelParts(
                config,
                parts.encoder().orElse(null),
                parts.decoder().orElse(null),
                unbiased ? new float[config.dOut()] : parts.decoderBias(),
                parts.skip().orElse(null),
                parts.activation(),
                parts.prediction().orElse(null),
                inputScale,
                parts.inputAffine().orElse(null),
                parts.outputAffine().orElse(null),
                checkFinite,
                null);
    }

    /** Returns the same parts for an SAE of which nothing is reconstructed. */
    KernelParts withoutSkip() {
        return new KernelParts(
                config,
                encoder,
                decoder,
                decoderBias,
                null,
                rule,
                prediction,
                inputScale,
                inputAffine,
                outputAffine,
                checkFinite,
                null);
    }

    /** Returns the same parts for an SAE that is encoded by a screen. */
    public KernelParts with(Screen by) {
        return new KernelParts(
                config,
                encoder,
                decoder,
                decoderBias,
                skip,
                rule,
                prediction,
                inputScale,
                inputAffine,
                outputAffine,
                checkFinite,
                by);
    }
}
