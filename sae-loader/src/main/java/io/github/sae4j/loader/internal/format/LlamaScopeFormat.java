package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Llama Scope: {@code hyperparams.json} and {@code checkpoints/final.safetensors}. One threshold counts for all features,
 * and activations are scaled by the average norm that the publisher measured.
 *
 * <p>He et al., "Llama Scope: Extracting Millions of Features from Llama-3.1-8B with Sparse Autoencoders" (arXiv
 * 2410.20526).
 */
final class LlamaScopeFormat implements Format {

    private static final String CONFIG = "hyperparams.json";
    private static final String WEIGHTS = "checkpoints/final.safetensors";
    private static final Inert INERT = Inert.none()
            .and(Inert.MACHINE, "device", "tp_size", "ddp_size", "seed")
            .and("not needed: how the publisher's code loads it", "sae_pretrained_name_or_path", "strict_loading")
            .and("not needed: of another rule", "top_k", "k_warmup_steps")
            .and("not needed: the tensors tell", "expansion_factor")
            .and("not needed: the decoder is as it was saved", "decoder_exactly_fixed_norm")
            .and(Inert.TRAINING, "bias_init_method", "init_decoder_norm", "init_encoder_norm")
            .and(Inert.TRAINING, "init_encoder_with_decoder_transpose", "lp", "l1_coefficient")
            .and(Inert.TRAINING, "l1_coefficient_warmup_steps", "use_batch_norm_mse", "use_ghost_grads");

    private static final Pattern PLACE = Pattern.compile("L(\\d+)([RAM])");

    @Override
    public String label() {
        return "llama_scope";
    }

    @Override
    public List<String> markers() {
        return List.of(CONFIG, WEIGHTS);
    }

    @Override
    public Parts read(Reading reading) {
        Fields fields = reading.fields(CONFIG, "dataset_average_activation_norm");
        if (fields.oneOf("act_fn", "jumprelu") == null) {
            throw fields.unsupported("act_fn", "absent", "so that the rule is not said; jumprelu is known.");
        }
        fields.oneOf("norm_activation", "dataset-wise");
        fields.requireUnset(
                "use_glu_encoder",
                "and an encoder with a gated linear unit is another kind of SAE, which is not supported.");
        int dIn = fields.size("d_model");
        int dSae = fields.size("d_sae");
        double scale = Math.sqrt(dIn) / required(fields, "dataset_average_activation_norm.in");
        double outScale = Math.sqrt(dIn) / required(fields, "dataset_average_activation_norm.out");
        double jumpReluThreshold = required(fields, "jump_relu_threshold");
        boolean hasDecoderBias = !Boolean.FALSE.equals(fields.flag("use_decoder_bias"));
        boolean subtracts = fields.isSet("apply_decoder_bias_to_pre_encoder");
        DecoderNorms norms = DecoderNorms.of(reading, fields);
        @Nullable String in = fields.text("hook_point_in");
        @Nullable String out = fields.text("hook_point_out");
        boolean transcoder = in != null && out != null && !in.equals(out);
        if (transcoder && subtracts) {
            throw fields.refused(
                    "apply_decoder_bias_to_pre_encoder", "true", "but hook_point_out differs from hook_point_in.");
        }
        @Nullable String dtype = fields.text("dtype");
        fields.close(reading.accounts(), "an SAE of Llama Scope", INERT);
        Weights weights = linear(reading.weights(WEIGHTS));
        if (!hasDecoderBias) {
            weights.put("b_dec", () -> new float[dIn]);
        }
        // The decoder is rescaled to the output's units before its norms are folded into what the rule looks at.
        float threshold = (float) (jumpReluThreshold * (norms.counted() ? outScale : scale));
        weights.put("threshold", () -> {
            float[] thresholds = new float[dSae];
            Arrays.fill(thresholds, threshold);
            return norms.thresholds(thresholds, weights, dIn);
        });
        Config written = Config.of(transcoder ? "jumprelu_transcoder" : "jumprelu", dIn, dSae)
                .with("dtype", dtype)
                .with("apply_b_dec_to_input", subtracts)
                .with("d_out", transcoder ? dIn : null)
                .with("normalize_activations", transcoder ? "none" : "expected_average_only_in")
                .about("model_name", reading.model("meta-llama/Llama-3.1-8B"))
                .about("hook_name", transcoder ? in : hook(reading.place().name()))
                .about("hook_name_out", transcoder ? out : null)
                .about("dataset_path", "cerebras/SlimPajama-627B")
                .about("context_size", 1024);
        Parts parts = Parts.of(written.json(), CONFIG, weights);
        return transcoder
                ? parts.withFactors(Affine.ofFactors(dIn, scale, outScale))
                : parts.withNormScalingFactor(scale);
    }

    private static double required(Fields fields, String name) {
        @Nullable Double value = fields.number(name);
        if (value == null || value <= 0) {
            throw new SaeLoadException(
                    Reason.INVALID_CONFIGURATION,
                    CONFIG + ": " + name + " should be a number above 0, but is " + value + ".");
        }
        return value;
    }

    /** Gives tensors of PyTorch's linear layers SAELens's names. */
    static Weights linear(Weights weights) {
        return weights.turn("W_enc", "encoder.weight")
                .rename("b_enc", "encoder.bias")
                .turn("W_dec", "decoder.weight")
                .rename("b_dec", "decoder.bias");
    }

    /** Returns the hook that a name such as {@code L15R} stands for. */
    static @Nullable String hook(String name) {
        Matcher place = PLACE.matcher(name);
        if (!place.find()) {
            return null;
        }
        String block = "blocks." + place.group(1) + ".";
        return switch (place.group(2)) {
            case "R" -> block + "hook_resid_post";
            case "A" -> block + "hook_attn_out";
            default -> block + "hook_mlp_out";
        };
    }
}
