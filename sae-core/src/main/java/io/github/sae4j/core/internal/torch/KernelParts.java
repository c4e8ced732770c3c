package io.github.sae4j.core.internal.torch;

import io.github.sae4j.core.Activation;
import io.github.sae4j.core.SaeConfig;
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
 * @param checkFinite whether NaN and infinity are rejected
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
        boolean checkFinite) {}
