package io.github.sae4j.loader.format;

import io.github.sae4j.core.Activation;
import io.github.sae4j.core.SaeBuilder;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What a format has read: all that makes an SAE but where it runs, which is the user's to say. Whether the parts fit each other is
 * checked when the SAE is built. Immutable, but for arrays, which are not copied.
 *
 * <pre>{@code
 * FormatParts parts = FormatParts.of(config, encoder, Relu.of(bias), decoder, decoderBias)
 *         .withNormScalingFactor(0.5);
 * }</pre>
 *
 * @since 0.1
 */
public final class FormatParts {

    private final SaeConfig config;
    private final WeightMatrix encoder;
    private final Activation activation;
    private final @Nullable WeightMatrix decoder;
    private final float @Nullable [] decoderBias;
    private final @Nullable String noDecoder;
    private @Nullable WeightMatrix skip;
    private float @Nullable [] sparsity;
    private OptionalDouble normScalingFactor = OptionalDouble.empty();

    private FormatParts(
            SaeConfig config,
            WeightMatrix encoder,
            Activation activation,
            @Nullable WeightMatrix decoder,
            float @Nullable [] decoderBias,
            @Nullable String noDecoder) {
        this.config = Objects.requireNonNull(config, "config");
        this.encoder = Objects.requireNonNull(encoder, "encoder");
        this.activation = Objects.requireNonNull(activation, "activation");
        this.decoder = decoder;
        this.decoderBias = decoderBias;
        this.noDecoder = noDecoder;
    }

    /**
     * Returns the parts of an SAE.
     *
     * @param config what it computes
     * @param encoder {@code W_enc [d_in, d_sae]}
     * @param activation the rule that decides which features are active, with its biases and thresholds
     * @param decoder {@code W_dec [d_sae, d_out]}
     * @param decoderBias {@code b_dec [d_out]}
     */
    public static FormatParts of(
            SaeConfig config, WeightMatrix encoder, Activation activation, WeightMatrix decoder, float[] decoderBias) {
        return new FormatParts(
                config,
                encoder,
                activation,
                Objects.requireNonNull(decoder, "decoder"),
                Objects.requireNonNull(decoderBias, "decoderBias"),
                null);
    }

    /**
     * Returns the parts of an SAE that only encodes, whose configuration does not subtract {@code b_dec} from the input.
     *
     * @param config what it computes
     * @param encoder {@code W_enc [d_in, d_sae]}
     * @param activation the rule that decides which features are active, with its biases and thresholds
     * @param noDecoder why it cannot decode, as a sentence
     */
    public static FormatParts encoderOnly(
            SaeConfig config, WeightMatrix encoder, Activation activation, String noDecoder) {
        return new FormatParts(config, encoder, activation, null, null, Objects.requireNonNull(noDecoder, "noDecoder"));
    }

    private FormatParts copy() {
        FormatParts copy = new FormatParts(config, encoder, activation, decoder, decoderBias, noDecoder);
        copy.skip = skip;
        copy.sparsity = sparsity;
        copy.normScalingFactor = normScalingFactor;
        return copy;
    }

    /**
     * Returns these parts with a skip term.
     *
     * @param matrix {@code W_skip [d_out, d_in]}
     */
    public FormatParts withSkip(WeightMatrix matrix) {
        FormatParts copy = copy();
        copy.skip = Objects.requireNonNull(matrix, "matrix");
        return copy;
    }

    /**
     * Returns these parts with firing frequencies.
     *
     * @param logarithms log10 of each feature's frequency, {@code [d_sae]}
     */
    public FormatParts withSparsity(float[] logarithms) {
        FormatParts copy = copy();
        copy.sparsity = Objects.requireNonNull(logarithms, "logarithms");
        return copy;
    }

    /**
     * Returns these parts with what activations are multiplied by before all else; what the user says counts more.
     *
     * @param factor finite and above 0
     */
    public FormatParts withNormScalingFactor(double factor) {
        FormatParts copy = copy();
        copy.normScalingFactor = OptionalDouble.of(factor);
        return copy;
    }

    /** Returns what the SAE computes. */
    public SaeConfig config() {
        return config;
    }

    /** Returns what activations are multiplied by before all else, if the files say so. */
    public OptionalDouble normScalingFactor() {
        return normScalingFactor;
    }

    /** Returns a builder with these parts but the norm scaling factor, of which the user may know better. */
    public SaeBuilder toBuilder() {
        SaeBuilder builder = SparseAutoencoder.builder(config).encoder(encoder).activation(activation);
        if (sparsity != null) {
            builder.sparsity(sparsity);
        }
        if (decoder != null && decoderBias != null) {
            builder.decoder(decoder).decoderBias(decoderBias);
        }
        if (noDecoder != null) {
            builder.withoutDecoder(noDecoder);
        }
        if (skip != null) {
            builder.skip(skip);
        }
        return builder;
    }
}
