package io.github.sae4j.core;

import java.util.Optional;

/**
 * The parts that an SAE was built from, for whoever writes it down. Matrices are not copies: they lie where the SAE reads
 * them, for example in the pages of a mapped file, and may be read after the SAE is closed.
 *
 * <p>What a view of {@link SparseAutoencoder#foldDecoderNorms} and a {@link SparseAutoencoder#normScalingFactor} change is
 * not in them.
 *
 * @param encoder {@code W_enc}, {@code [d_in, d_sae]}; empty if the rule has none
 * @param decoder {@code W_dec}, {@code [d_sae, d_out]}; empty if there is none
 * @param noDecoding why there is no decoder; empty if there is one
 * @param decoderBias {@code b_dec}, {@code [d_out]}
 * @param skip {@code W_skip}, {@code [d_out, d_in]}; empty if there is none
 * @param activation the rule that decides which features are active
 * @param prediction what predicts a token from those before it; empty if nothing does
 * @param inputAffine what happens to each element of an activation before all else; empty if nothing does
 * @param outputAffine what happens to each element of a decoded activation after all else; empty if nothing does
 * @since 0.1
 */
@SuppressWarnings("ArrayRecordComponent")
public record SaeParts(
        Optional<WeightMatrix> encoder,
        Optional<WeightMatrix> decoder,
        Optional<String> noDecoding,
        float[] decoderBias,
        Optional<WeightMatrix> skip,
        Activation activation,
        Optional<TemporalPrediction> prediction,
        Optional<InputAffine> inputAffine,
        Optional<OutputAffine> outputAffine) {

    /** Copies the bias. */
    public SaeParts {
        decoderBias = decoderBias.clone();
    }

    /** Returns a copy of {@code b_dec}, {@code [d_out]}. */
    @Override
    public float[] decoderBias() {
        return decoderBias.clone();
    }
}
