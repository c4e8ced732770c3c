package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.TopK;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.SaeFolder;
import io.github.sae4j.loader.internal.SaeLensFiles;
import io.github.sae4j.safetensors.internal.Quoted;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Llamascopium, formerly Language-Model-SAEs: {@code config.json} and {@code sae_weights.safetensors} or
 * {@code sae_weights.pt}, SAEs and transcoders. Llama Scope R1 Distill is of this kind, with the names of February 2025
 * and the activations' factor in no file; the registry has it.
 *
 * <p>The rule looks at {@code h} times the norm of the feature's decoder row, unless the configuration says otherwise, and
 * the feature is {@code h} itself (the publisher's {@code SparseAutoEncoder.encode}).
 */
final class LlamascopiumFormat implements Format {

    private static final String CONFIG = "config.json";
    private static final String WEIGHTS_PT = "sae_weights.pt";
    private static final String THRESHOLD = "log_jumprelu_threshold";

    static final String NORM = "dataset_average_activation_norm.";

    private static final Inert INERT = Inert.none()
            .and(Inert.MACHINE, "device", "tp_size", "ddp_size", "use_triton_kernel")
            .and("not needed: how the publisher's code loads it", "sae_pretrained_name_or_path", "strict_loading")
            .and(Inert.MACHINE, "sparsity_threshold_for_triton_spmm_kernel", "sparsity_threshold_for_csr")
            .and("not needed: decoders were saved as they should be", "force_unit_decoder_norm")
            .and("not needed: thresholds are a tensor", "jump_relu_threshold")
            .and("not needed: of another rule", "top_k")
            .and(Inert.TRAINING, "jumprelu_threshold_window", "seed", "bias_init_method", "init_decoder_norm")
            .and(
                    Inert.TRAINING,
                    "init_encoder_norm",
                    "init_encoder_with_decoder_transpose",
                    "decoder_exactly_fixed_norm");

    private final String label;

    LlamascopiumFormat(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public List<String> markers() {
        return List.of(CONFIG, SaeLensFiles.WEIGHTS);
    }

    @Override
    public boolean fits(SaeFolder place) {
        return !Format.isFileName(place)
                && place.has(CONFIG)
                && (place.has(SaeLensFiles.WEIGHTS) || place.has(WEIGHTS_PT))
                && !place.has(SaeLensFiles.CONFIG);
    }

    @Override
    public Parts read(Reading reading) {
        Fields fields = reading.fields(CONFIG);
        requireSae(fields);
        int dIn = fields.size("d_model");
        int dSae = fields.sizeInUnits("expansion_factor", dIn);
        fields.requireUnset(
                "use_glu_encoder",
                "and an encoder with a gated linear unit is another kind of SAE, which is not supported.");
        boolean hasDecoderBias = !Boolean.FALSE.equals(fields.flag("use_decoder_bias"));
        boolean subtracts = fields.isSet("apply_decoder_bias_to_pre_encoder");
        if ("batchtopk".equals(fields.peek("act_fn"))) {
            throw fields.unsupported(
                    "act_fn",
                    "\"batchtopk\"",
                    "so that which features are active depends on the other tokens of the batch, and no threshold is stored.");
        }
        @Nullable String act = fields.oneOf("act_fn", "relu", "jumprelu", "topk");
        String function = act == null ? "relu" : act;
        @Nullable Integer k = function.equals("topk") ? fields.size("top_k") : null;
        @Nullable String said = fields.oneOf("norm_activation", "dataset-wise", "token-wise", "inference");
        String norm = said == null ? "dataset-wise" : said;
        DecoderNorms norms = DecoderNorms.of(reading, fields);
        @Nullable String in = fields.text("hook_point_in");
        @Nullable String out = fields.text("hook_point_out");
        boolean transcoder = in != null && out != null && !in.equals(out);
        if (transcoder && (subtracts || norm.equals("token-wise"))) {
            throw new SaeLoadException(
                    Reason.UNSUPPORTED,
                    CONFIG + ": hook_point_out differs from hook_point_in, and "
                            + (subtracts ? "apply_decoder_bias_to_pre_encoder" : "norm_activation = token-wise")
                            + " is not known of transcoders.");
        }
        @Nullable String dtype = fields.text("dtype");
        fields.close(reading.accounts(), "an SAE of Llamascopium", INERT);
        Weights weights = weights(reading);
        if (!hasDecoderBias) {
            weights.put("b_dec", () -> new float[dIn]);
        }
        Config written = Config.of(architecture(function, transcoder), dIn, dSae)
                .with("dtype", dtype)
                .with("apply_b_dec_to_input", subtracts)
                .with("k", k)
                .with("d_out", transcoder ? dIn : null)
                .with("normalize_activations", normalization(norm, in, weights))
                .about("model_name", reading.model(null))
                .about(
                        "hook_name",
                        in == null ? LlamaScopeFormat.hook(reading.place().name()) : in)
                .about("hook_name_out", transcoder ? out : null)
                .about("dataset_path", label.equals("llamascopium") ? null : "cerebras/SlimPajama-627B")
                .about("context_size", label.equals("llamascopium") ? null : 1024);
        if (function.equals("jumprelu")) {
            weights.put("threshold", () -> norms.thresholds(thresholds(weights, dSae), weights, dIn), THRESHOLD);
        }
        UnaryOperator<BlockRule> rule =
                norms.counted() && function.equals("topk") ? top -> ((TopK) top).chosenByDecoderNorm() : top -> top;
        Parts parts = Parts.of(written.json(), CONFIG, weights).withRule(rule);
        return scaled(parts, norm, in, transcoder ? out : null, dIn);
    }

    private static String architecture(String function, boolean transcoder) {
        return switch (function) {
            case "relu" -> transcoder ? "transcoder" : "standard";
            case "jumprelu" -> transcoder ? "jumprelu_transcoder" : "jumprelu";
            default -> transcoder ? "topk_transcoder" : "topk";
        };
    }

    private static @Nullable String normalization(String norm, @Nullable String in, Weights weights) {
        return switch (norm) {
            case "token-wise" -> "constant_norm_rescale";
            case "inference" -> "none";
            default -> weights.contains(NORM + in) ? "none" : "expected_average_only_in";
        };
    }

    /** Of the publisher's other kinds none is an SAE of one place, token by token. */
    private static void requireSae(Fields fields) {
        @Nullable String kind = fields.text("sae_type");
        if (kind == null || kind.equals("sae")) {
            return;
        }
        String why = switch (kind) {
            case "crosscoder" -> "whose features differ from head to head";
            case "clt" -> "a cross-layer transcoder in one file";
            case "molt" -> "a mixture of linear transforms, which decodes with the input";
            case "lorsa" -> "attention over the whole sequence";
            default -> "which is not known";
        };
        throw fields.unsupported("sae_type", Quoted.of(kind), why + "; of Llamascopium only \"sae\" is supported.");
    }

    private static Weights weights(Reading reading) {
        SaeFolder place = reading.place();
        Weights weights = place.has(SaeLensFiles.WEIGHTS)
                ? reading.weights(SaeLensFiles.WEIGHTS)
                : reading.weights(WEIGHTS_PT)
                        .unneeded("names the version", "version")
                        .withoutPrefix("sae.");
        return LlamaScopeFormat.linear(weights)
                .rename("W_enc", "W_E")
                .rename("b_enc", "b_E")
                .rename("W_dec", "W_D")
                .rename("b_dec", "b_D")
                .rename(THRESHOLD, "activation_function." + THRESHOLD);
    }

    private static float[] thresholds(Weights weights, int dSae) {
        float[] thresholds = weights.stored(THRESHOLD, dSae);
        for (int feature = 0; feature < dSae; feature++) {
            thresholds[feature] = (float) Math.exp(thresholds[feature]);
        }
        return thresholds;
    }

    /**
     * Where a factor is not used, whatever the file holds under its name is what was in memory.
     *
     * @param out the hook that a transcoder writes to, or null if it is an SAE
     */
    private static Parts scaled(Parts parts, String norm, @Nullable String in, @Nullable String out, int dIn) {
        Weights weights = parts.weights();
        if (!norm.equals("dataset-wise") || !weights.contains(NORM + in)) {
            weights.unneeded("activations are not scaled by it", NORM + in, NORM + out);
            return parts;
        }
        double factor = factor(weights, NORM + in, dIn);
        if (out == null) {
            return parts.withNormScalingFactor(factor);
        }
        double outFactor = factor(weights, NORM + out, dIn);
        return parts.withFactors(Affine.ofFactors(dIn, factor, outFactor));
    }

    private static double factor(Weights weights, String norm, int dIn) {
        float average = weights.number(norm);
        if (!(average > 0) || average > Float.MAX_VALUE) {
            throw new SaeLoadException(
                    Reason.INVALID_TENSORS,
                    weights.path() + ": " + norm + " should be a number above 0, but is " + average + ".");
        }
        return Math.sqrt(dIn) / average;
    }
}
