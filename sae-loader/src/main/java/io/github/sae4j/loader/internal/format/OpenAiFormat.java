package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.TopK;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's autoencoders of GPT-2: {@code <location>_v5_32k/autoencoders/<layer>.pt} and the like. A top-k autoencoder
 * normalises each token to mean 0 and deviation 1, which nothing but its activation says; a ReLU one does not.
 *
 * <p>Gao et al., "Scaling and evaluating sparse autoencoders" (arXiv 2406.04093).
 */
final class OpenAiFormat implements Format {

    private static final Pattern PLACE = Pattern.compile("(\\d+)\\.pt");
    private static final Pattern LOCATION = Pattern.compile("(\\w+?)(?:_v\\d+\\w*)?/autoencoders/?$");
    private static final Map<String, String> HOOKS = Map.of(
            "resid_delta_attn", "hook_attn_out",
            "resid_post_attn", "hook_resid_mid",
            "resid_delta_mlp", "hook_mlp_out",
            "resid_post_mlp", "hook_resid_post",
            "mlp_post_act", "mlp.hook_post");

    @Override
    public String label() {
        return "openai";
    }

    @Override
    public List<String> markers() {
        return List.of();
    }

    @Override
    public boolean fits(SaeFolder place) {
        return TorchNames.isTorchFile(place)
                && TorchNames.of(place).containsAll(List.of("pre_bias", "latent_bias", "encoder.weight"));
    }

    @Override
    public Parts read(Reading reading) {
        SaeFolder place = reading.place();
        Weights weights = reading.weights(place.parent(), place.name())
                .turn("W_enc", "encoder.weight")
                .turn("W_dec", "decoder.weight")
                .rename("b_enc", "latent_bias")
                .rename("b_dec", "pre_bias")
                .unneeded(
                        "counts of the training",
                        "stats_last_nonzero",
                        "latents_activation_frequency",
                        "latents_mean_square");
        @Nullable Object activation = weights.value("activation");
        if (!"TopK".equals(activation) && !"ReLU".equals(activation)) {
            throw new SaeLoadException(
                    Reason.UNSUPPORTED,
                    place.name() + ": activation is " + activation + ", but only TopK and ReLU are known.");
        }
        boolean topK = "TopK".equals(activation);
        @Nullable Integer k = topK ? k(reading, weights) : null;
        boolean signed = topK && keepsSigns(place, weights);
        Config written = Config.ofTensors(
                        topK ? "topk" : "standard", weights.size("W_enc", 0), weights.size("W_enc", 1))
                .with("apply_b_dec_to_input", true)
                .with("k", k)
                .with("normalize_activations", topK ? "layer_norm" : null)
                .about("model_name", "gpt2-small")
                .about("hook_name", hook(place))
                .about("model_from_pretrained_kwargs", Config.UNFOLDED_LAYER_NORM);
        return Parts.of(written.json(), place.name(), weights)
                .withRule(rule -> signed ? ((TopK) rule).keepingNegative() : rule);
    }

    private static int k(Reading reading, Weights weights) {
        int k = weights.size(
                weights.value("activation_state_dict.k") == null ? "activation.k" : "activation_state_dict.k");
        return reading.override("k").orElse(k);
    }

    private static boolean keepsSigns(SaeFolder place, Weights weights) {
        @Nullable Object after = weights.value("activation_state_dict.postact_fn");
        if (!"ReLU".equals(after) && !"Identity".equals(after)) {
            throw new SaeLoadException(
                    Reason.UNSUPPORTED,
                    place.name() + ": postact_fn is " + after + ", but only ReLU and Identity are known.");
        }
        return "Identity".equals(after);
    }

    private static @Nullable String hook(SaeFolder place) {
        Matcher layer = PLACE.matcher(place.name());
        Matcher location = LOCATION.matcher(place.parent().path());
        if (!layer.matches() || !location.find()) {
            return null;
        }
        @Nullable String hook = HOOKS.get(location.group(1));
        return hook == null ? null : "blocks." + layer.group(1) + "." + hook;
    }
}
