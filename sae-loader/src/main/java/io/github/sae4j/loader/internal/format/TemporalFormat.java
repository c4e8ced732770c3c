package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.SaeLoadException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Temporal SAEs as their authors publish them: {@code conf.yaml} and {@code latest_ckpt.safetensors}. */
final class TemporalFormat implements Format {

    private static final String CONFIG = "conf.yaml";
    private static final String WEIGHTS = "latest_ckpt.safetensors";
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
        Map<String, Object> config = reading.yaml(reading.place(), CONFIG)
                .orElseThrow(() -> new SaeLoadException(reading.place().label() + " has no " + CONFIG + "."));
        if (!(config.get("sae") instanceof Map<?, ?> sae)) {
            throw new SaeLoadException(CONFIG + " should have a mapping sae, but has none.");
        }
        Weights weights = reading.weights(WEIGHTS)
                .rename("W_dec", "D")
                .rename("b_dec", "b")
                .turn("W_enc", "E");
        @Nullable Integer layer = Reading.number(LAYER, reading.place().path());
        Config written = Config.of("temporal", weights.size("W_dec", 1), weights.size("W_dec", 0))
                .with("apply_b_dec_to_input", true)
                .with("normalize_activations", "constant_scalar_rescale")
                .with("activation_normalization_factor", sae.get("scaling_factor"))
                .about("model_name", reading.model(null))
                .about("hook_name", layer == null ? null : "blocks." + layer + ".hook_resid_post");
        for (String field : TemporalRecipe.FIELDS) {
            written.with(field, sae.get(field));
        }
        return Parts.of(written.json(), CONFIG, weights);
    }
}
