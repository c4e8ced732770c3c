package io.github.sae4j.core.internal.torch;

import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.WeightMatrix;

/**
 * What a kernel is made of; the parts have been checked to fit each other.
 *
 * @param config what the SAE computes
 * @param encoder {@code W_enc}, {@code [d_in, d_sae]}
 * @param decoder {@code W_dec}, {@code [d_sae, d_out]}
 * @param decoderBias {@code b_dec}, {@code [d_out]}
 * @param rule the rule that decides which features are active
 * @param checkFinite whether NaN and infinity are rejected
 */
@SuppressWarnings("ArrayRecordComponent")
public record KernelParts(
        SaeConfig config,
        WeightMatrix encoder,
        WeightMatrix decoder,
        float[] decoderBias,
        BlockRule rule,
        boolean checkFinite) {}
