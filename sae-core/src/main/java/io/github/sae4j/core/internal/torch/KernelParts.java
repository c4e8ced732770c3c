package io.github.sae4j.core.internal.torch;

import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.WeightMatrix;
import org.jspecify.annotations.Nullable;

/**
 * What a kernel is made of; the parts have been checked to fit each other.
 *
 * @param config what the SAE computes
 * @param encoder {@code W_enc}, {@code [d_in, d_sae]}
 * @param decoder {@code W_dec}, {@code [d_sae, d_out]}, or null if nothing is ever decoded
 * @param decoderBias {@code b_dec}, {@code [d_out]}
 * @param skip {@code W_skip}, {@code [d_out, d_in]}, or null if there is none
 * @param rule the rule that decides which features are active
 * @param inputScale what activations are multiplied by before all else, and reconstructions divided by
 * @param checkFinite whether NaN and infinity are rejected
 */
@SuppressWarnings("ArrayRecordComponent")
public record KernelParts(
        SaeConfig config,
        WeightMatrix encoder,
        @Nullable WeightMatrix decoder,
        float[] decoderBias,
        @Nullable WeightMatrix skip,
        BlockRule rule,
        double inputScale,
        boolean checkFinite) {}
