package io.github.sae4j.loader.internal.format;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Temporal SAEs as their authors publish them: {@code conf.yaml} and {@code latest_ckpt.safetensors}. */
final class TemporalFormat implements Format {

    private static final String CONFIG = "conf.yaml";
    private static final String WEIGHTS = "latest_ckpt.safetensors";
    private static final Inert INERT = Inert.none()
            .and("not needed: the tensors tell", "sae.exp_factor", "sae.bottleneck_factor")
            .and("not needed: of another rule", "sae.mp_kval", "sae.kval_topk", "sae.inference_mode_batchtopk")
            .and("not needed: of another rule", "sae.branchingFactor")
            .and("not needed: where it reads is told by its place", "llm", "sae.block_id")
            .and("not needed: of the data", "data")
            .and(Inert.TRAINING, "optimizer", "eval", "log", "sae.gamma_reg", "sae.encoder_reg", "sae.sparsity_coeff")
            .and(Inert.MACHINE, "deploy", "tag", "seed", "device", "device_id", "defaults", "hydra");

    private static final Pattern LAYER = Pattern.compile("layer_(\\d+)");

    @Override
    public String label() {
        return "temporal";
    }

    @Override
    public List<String> markers() {
        return List.of(CONFIG, WEIGHTS);
    }

    @Override
    public Parts read(Reading reading) {
        Fields fields = reading.fields(CONFIG, "sae");
        @Nullable String kind = fields.text("sae.sae_type");
        @Nullable Integer layer = Reading.number(LAYER, reading.place().path());
        @Nullable String hook = layer == null ? null : "blocks." + layer + ".hook_resid_post";
        double scale = scale(fields);
        if (kind != null && !kind.equals("temporal")) {
            return StandardOfTemporal.read(reading, fields, kind, scale, hook, INERT);
        }
        @Nullable Integer heads = fields.optionalSize("sae.n_heads");
        @Nullable Integer layers = fields.optionalSize("sae.n_attn_layers");
        @Nullable String novel = fields.oneOf("sae.sae_diff_type", "topk", "relu", "batchtopk", "nullify");
        @Nullable Integer k = fields.optionalSize("sae.kval_topk");
        boolean untied = Boolean.FALSE.equals(fields.flag("sae.tied_weights"));
        boolean inference = fields.isSet("sae.inference_mode_batchtopk");
        if ("batchtopk".equals(novel) && !inference) {
            throw fields.refused(
                    "sae.sae_diff_type",
                    "\"batchtopk\"",
                    "but sae.inference_mode_batchtopk is not true, and which features are active then depends on the other"
                            + " tokens of the batch.");
        }
        fields.close(reading.accounts(), "a temporal SAE", INERT);
        Weights weights = reading.weights(WEIGHTS)
                .rename("W_dec", "D")
                .rename("b_dec", "b")
                .rename("W_enc", "E");
        if (weights.shape("b_dec").length == 2) {
            weights.flatten("b_dec", new int[] {0, 1}, 0);
        }
        if (!untied) {
            weights.unneeded("weights are tied", "W_enc");
        }
        Config written = Config.of("temporal", weights.size("W_dec", 1), weights.size("W_dec", 0))
                .with("apply_b_dec_to_input", true)
                .with("normalize_activations", "constant_scalar_rescale")
                .with("activation_normalization_factor", scale)
                .with("n_heads", heads)
                .with("n_attn_layers", layers)
                .with("sae_diff_type", novel)
                .with("kval_topk", k)
                .with("tied_weights", !untied)
                .about("model_name", reading.model(null))
                .about("hook_name", hook);
        return Parts.of(written.json(), CONFIG, weights);
    }

    /** Returns what activations are multiplied by; without a factor they are taken as they are. */
    private static double scale(Fields fields) {
        @Nullable Double scale = fields.number("sae.scaling_factor");
        if (scale != null && scale <= 0) {
            throw fields.refused("sae.scaling_factor", String.valueOf(scale), "but should be above 0.");
        }
        return scale == null ? 1 : scale;
    }
}
