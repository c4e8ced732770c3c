package io.github.sae4j.core;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The parts that an SAE was built from, for whoever writes it down: {@link SparseAutoencoder#parts} returns them, and
 * {@link SaeBuilder} takes them. Matrices are not copies: they lie where the SAE reads them, for example in the pages of a mapped
 * file, and may be read after the SAE is closed. Immutable.
 *
 * <p>What a view of {@link SparseAutoencoder#foldDecoderNorms} and a {@link SparseAutoencoder#normScalingFactor} change is
 * not in them.
 *
 * <pre>{@code
 * WeightMatrix decoder = sae.parts().decoder().orElseThrow();
 * float first = decoder.get(7, 0);                             // of the direction that feature 7 writes
 * }</pre>
 *
 * @since 0.1
 */
public final class SaeParts {

    private final @Nullable WeightMatrix encoder;
    private final @Nullable WeightMatrix decoder;
    private final @Nullable String noDecoding;
    private final float[] decoderBias;
    private final @Nullable WeightMatrix skip;
    private final Activation activation;
    private final @Nullable TemporalPrediction prediction;
    private final @Nullable InputAffine inputAffine;
    private final @Nullable OutputAffine outputAffine;

    SaeParts(
            @Nullable WeightMatrix encoder,
            @Nullable WeightMatrix decoder,
            @Nullable String noDecoding,
            float[] decoderBias,
            @Nullable WeightMatrix skip,
            Activation activation,
            @Nullable TemporalPrediction prediction,
            @Nullable InputAffine inputAffine,
            @Nullable OutputAffine outputAffine) {
        this.encoder = encoder;
        this.decoder = decoder;
        this.noDecoding = noDecoding;
        this.decoderBias = decoderBias.clone();
        this.skip = skip;
        this.activation = activation;
        this.prediction = prediction;
        this.inputAffine = inputAffine;
        this.outputAffine = outputAffine;
    }

    /** Returns {@code W_enc}, {@code [d_in, d_sae]}; empty if the rule has none. */
    public Optional<WeightMatrix> encoder() {
        return Optional.ofNullable(encoder);
    }

    /** Returns {@code W_dec}, {@code [d_sae, d_out]}; empty if there is none. */
    public Optional<WeightMatrix> decoder() {
        return Optional.ofNullable(decoder);
    }

    /** Returns why there is no decoder; empty if there is one. */
    public Optional<String> noDecoding() {
        return Optional.ofNullable(noDecoding);
    }

    /** Returns a copy of {@code b_dec}, {@code [d_out]}. */
    public float[] decoderBias() {
        return decoderBias.clone();
    }

    /** Returns {@code W_skip}, {@code [d_out, d_in]}; empty if there is none. */
    public Optional<WeightMatrix> skip() {
        return Optional.ofNullable(skip);
    }

    /** Returns the rule that decides which features are active. */
    public Activation activation() {
        return activation;
    }

    /** Returns what predicts a token from those before it; empty if nothing does. */
    public Optional<TemporalPrediction> prediction() {
        return Optional.ofNullable(prediction);
    }

    /** Returns what happens to each element of an activation before all else; empty if nothing does. */
    public Optional<InputAffine> inputAffine() {
        return Optional.ofNullable(inputAffine);
    }

    /** Returns what happens to each element of a decoded activation after all else; empty if nothing does. */
    public Optional<OutputAffine> outputAffine() {
        return Optional.ofNullable(outputAffine);
    }
}
