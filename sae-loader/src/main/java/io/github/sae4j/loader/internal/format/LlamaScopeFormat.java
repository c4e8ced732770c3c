package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonObject;
import io.github.sae4j.loader.SaeLoadException;
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
        JsonObject config = reading.json(CONFIG);
        Fields fields = Fields.of(CONFIG, config, "dataset_average_activation_norm");
        @Nullable String function = fields.text("act_fn");
        if (!"jumprelu".equals(function)) {
            throw fields.refused("act_fn", String.valueOf(function), "but only jumprelu is known of Llama Scope.");
        }
        int dIn = fields.size("d_model");
        int dSae = fields.size("d_sae");
        double scale = Math.sqrt(dIn) / required(fields, "dataset_average_activation_norm.in");
        float threshold = (float) (required(fields, "jump_relu_threshold") * scale);
        Weights weights = linear(reading.weights(WEIGHTS));
        float[] thresholds = new float[dSae];
        Arrays.fill(thresholds, threshold);
        weights.put("threshold", thresholds);
        Config written = Config.of("jumprelu", dIn, dSae)
                .with("dtype", fields.text("dtype"))
                .with("normalize_activations", "expected_average_only_in")
                .about("model_name", reading.model("meta-llama/Llama-3.1-8B"))
                .about("hook_name", hook(reading.place().name()))
                .about("dataset_path", "cerebras/SlimPajama-627B")
                .about("context_size", 1024);
        return Parts.of(written.json(), CONFIG, weights).withNormScalingFactor(scale);
    }

    private static double required(Fields fields, String name) {
        @Nullable Double value = fields.number(name);
        if (value == null || value <= 0) {
            throw new SaeLoadException(CONFIG + ": " + name + " should be a number above 0, but is " + value + ".");
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
