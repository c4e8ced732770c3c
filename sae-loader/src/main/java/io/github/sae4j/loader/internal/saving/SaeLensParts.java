package io.github.sae4j.loader.internal.saving;

import com.google.gson.JsonObject;
import io.github.sae4j.core.Activation;
import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.Gated;
import io.github.sae4j.core.JumpRelu;
import io.github.sae4j.core.MatchingPursuit;
import io.github.sae4j.core.Normalization;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.Reshape;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeParts;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.Strength;
import io.github.sae4j.core.TemporalPrediction;
import io.github.sae4j.core.TopK;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.format.CfgJsonText;
import org.jspecify.annotations.Nullable;

/**
 * An SAE in SAELens's terms: the name of an architecture, its fields and its tensors. What the parts are decides, not what
 * the configuration calls them.
 */
final class SaeLensParts {

    private final SparseAutoencoder sae;
    private final SaeConfig config;
    private final SaeParts parts;
    private final WeightMatrix decoder;
    private final Rescaling rescaling;
    private final SavedTensors tensors;
    private final JsonObject fields = new JsonObject();

    private SaeLensParts(SparseAutoencoder sae, SaeParts parts, WeightMatrix decoder, @Nullable WeightType type) {
        this.sae = sae;
        this.config = sae.config();
        this.parts = parts;
        this.decoder = decoder;
        this.rescaling = Rescaling.of(sae, parts, decoder);
        this.tensors = new SavedTensors(type);
    }

    /**
     * Takes an SAE apart.
     *
     * @param type the number format of the matrices, or null for each its own
     * @throws SaeLoadException if SAELens has none like it
     */
    static SaeLensParts of(SparseAutoencoder sae, @Nullable WeightType type) {
        SaeParts parts = sae.parts();
        WeightMatrix decoder = parts.decoder()
                .orElseThrow(() -> new SaeLoadException(
                        Reason.NOT_SAVABLE,
                        "The SAE cannot be saved, because SAELens has none without a decoder. "
                                + parts.noDecoding().orElse("")));
        SaeLensParts dissected = new SaeLensParts(sae, parts, decoder, type);
        dissected.takeApart();
        return dissected;
    }

    /** Returns the tensors of {@code sae_weights.safetensors}. */
    SavedTensors tensors() {
        return tensors;
    }

    /**
     * Returns the text of {@code cfg.json}.
     *
     * @throws SaeLoadException if no SAE could be read with it
     */
    String configuration() {
        return CfgJsonText.of(config, tensors.commonType().label(), fields);
    }

    private void takeApart() {
        if (config.isTranscoder()) {
            fields.addProperty("d_out", config.dOut());
        } else if (config.dOut() != config.dIn()) {
            throw unlike("decodes to another width, d_out = " + config.dOut() + ", and is no transcoder");
        }
        if (rescaling.foldsScale()) {
            fields.addProperty("normalize_activations", Normalization.NONE.label());
        }
        fields.addProperty("architecture", architecture());
        addMatrices();
    }

    private String architecture() {
        Activation rule = parts.activation();
        if (parts.inputAffine().isPresent() || parts.outputAffine().isPresent()) {
            throw unlike("transforms each element of the input or the output on its own");
        }
        if (config.reshape() == Reshape.SEGMENTS) {
            throw unlike("lays segments of activations side by side");
        }
        requireKnown(rule);
        if (parts.prediction().isPresent()) {
            return temporal(parts.prediction().get(), rule);
        }
        if (rule instanceof Relu relu) {
            bias("b_enc", relu.bias());
            return maybeTranscoder("standard", "");
        }
        if (rule instanceof JumpRelu jumpRelu) {
            bias("b_enc", jumpRelu.bias());
            bias("threshold", jumpRelu.threshold());
            return maybeTranscoder("jumprelu", "jumprelu_");
        }
        if (config.isTranscoder() || parts.skip().isPresent()) {
            throw unlike("is a transcoder with the activation rule "
                    + rule.getClass().getSimpleName());
        }
        if (rule instanceof TopK topK) {
            bias("b_enc", topK.bias());
            fields.addProperty("k", topK.mostActive());
            // With the norms folded there is nothing left to rescale by.
            fields.addProperty("rescale_acts_by_decoder_norm", topK.rescalesByDecoderNorm() && !rescaling.foldsNorms());
            return "topk";
        }
        if (rule instanceof Gated gated) {
            bias("b_gate", gated.gateBias());
            bias("b_mag", gated.magnitudeBias());
            tensors.vector("r_mag", gated.magnitudeScale());
            return "gated";
        }
        if (rule instanceof MatchingPursuit pursuit) {
            int iterations = pursuit.iterations(config.dIn());
            fields.addProperty("residual_threshold", pursuit.residualThreshold());
            fields.add("max_iterations", CfgJsonText.orNull(iterations == config.dIn() ? null : iterations));
            fields.addProperty("stop_on_duplicate_support", pursuit.stopsOnDuplicateSupport());
            return "matching_pursuit";
        }
        throw unlike("has the activation rule " + rule.getClass().getName());
    }

    /** Refuses what rules have here and not in SAELens. */
    private static void requireKnown(Activation rule) {
        if (!(rule instanceof BlockRule blockRule)) {
            return;
        }
        if (blockRule.mayBeNegative()) {
            throw unlike("keeps features below 0");
        }
        if (blockRule.strength() == Strength.CONTRIBUTION) {
            throw unlike("chooses the strongest features by the norms of their decoder rows and does not rescale them");
        }
        if (rule instanceof JumpRelu && blockRule.mostActive() < blockRule.dSae()) {
            throw unlike("has thresholds and keeps at most " + blockRule.mostActive() + " features of a token");
        }
    }

    private void bias(String name, float[] values) {
        tensors.vector(name, rescaling.ofFeatures(values));
    }

    private String maybeTranscoder(String autoencoder, String prefix) {
        if (config.isTranscoder()) {
            return prefix + (parts.skip().isEmpty() ? "transcoder" : "skip_transcoder");
        }
        if (parts.skip().isPresent()) {
            throw unlike("has a skip matrix and is no transcoder");
        }
        return autoencoder;
    }

    private void addMatrices() {
        tensors.matrix("W_dec", decoder, rescaling.decoder());
        tensors.vector("b_dec", rescaling.decoderBias(parts.decoderBias()));
        parts.encoder()
                .filter(encoder -> parts.prediction().isEmpty() || !isTied(encoder))
                .ifPresent(encoder -> tensors.matrix("W_enc", encoder, rescaling.encoder()));
        parts.skip().ifPresent(skip -> tensors.matrix("W_skip", skip, null));
    }

    private String temporal(TemporalPrediction prediction, Activation rule) {
        if (!(rule instanceof Relu || rule instanceof TopK) || hasBiasOrRescales((BlockRule) rule)) {
            throw unlike("predicts, and has another activation rule than a Relu or TopK without bias or rescaling");
        }
        int width = prediction.layers().get(0).query().bias().length;
        int bottleneck = config.dSae() / width;
        boolean uniform =
                prediction.layers().stream().allMatch(layer -> layer.query().bias().length == width);
        if (!uniform
                || bottleneck == 0
                || config.dSae() / bottleneck != width
                || parts.skip().isPresent()) {
            throw unlike("predicts with queries that are no fraction of its d_sae = " + config.dSae());
        }
        fields.addProperty("n_heads", prediction.heads());
        fields.addProperty("n_attn_layers", prediction.layers().size());
        fields.addProperty("bottleneck_factor", bottleneck);
        fields.addProperty("sae_diff_type", rule instanceof TopK ? "topk" : "relu");
        fields.add("kval_topk", CfgJsonText.orNull(rule instanceof TopK topK ? topK.mostActive() : null));
        fields.addProperty("tied_weights", isTied(parts.encoder().orElseThrow()));
        fields.addProperty("activation_normalization_factor", sae.normScalingFactor());
        if (sae.normScalingFactor() != 1) {
            fields.addProperty("normalize_activations", "constant_scalar_rescale");
        }
        for (int layer = 0; layer < prediction.layers().size(); layer++) {
            String name = "attn_layers." + layer + ".";
            TemporalPrediction.Layer attention = prediction.layers().get(layer);
            add(name + "q_target", attention.query());
            add(name + "k_ctx", attention.key());
            add(name + "v_ctx", attention.value());
            add(name + "c_proj", attention.projection());
        }
        return "temporal";
    }

    private static boolean hasBiasOrRescales(BlockRule rule) {
        for (float value : rule.bias()) {
            if (value != 0) {
                return true;
            }
        }
        return rule.rescalesByDecoderNorm();
    }

    private void add(String name, TemporalPrediction.Linear linear) {
        tensors.matrix(name + ".weight", linear.weight(), null);
        tensors.vector(name + ".bias", linear.bias().clone());
    }

    /** Returns whether the encoder is the decoder's transpose, in the same number format. */
    private boolean isTied(WeightMatrix encoder) {
        return encoder.type() == decoder.type()
                && encoder.isTransposed() != decoder.isTransposed()
                && encoder.parts().equals(decoder.parts());
    }

    private static SaeLoadException unlike(String what) {
        return new SaeLoadException(
                Reason.NOT_SAVABLE, "The SAE cannot be saved, because SAELens has none like it: it " + what + ".");
    }
}
