package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Hanna's transcoders: {@code layer_N.safetensors} with the encoder transposed; at the repository's root {@code config.yaml},
 * which may be missing, and {@code wandb-config.yaml}, which has a misspelt name in places.
 */
final class MwhannaFormat implements Format {

    private static final String SUFFIX = ".safetensors";
    private static final String CONFIG = "config.yaml";
    private static final List<String> RUN = List.of("wandb-config.yaml", "wanb-config.yaml");
    private static final Pattern LAYER = Pattern.compile("layer_(\\d+)");
    private static final Pattern MODEL = Pattern.compile("qwen3-([\\d.]+)b");

    @Override
    public String label() {
        return "mwhanna_transcoder";
    }

    @Override
    public List<String> markers() {
        return List.of();
    }

    @Override
    public boolean fits(SaeFolder place) {
        return LAYER.matcher(place.name()).lookingAt()
                && RUN.stream().anyMatch(place.parent()::has)
                && place.parent().has(file(place));
    }

    private static String file(SaeFolder place) {
        return place.name().endsWith(SUFFIX) ? place.name() : place.name() + SUFFIX;
    }

    @Override
    public Parts read(Reading reading) {
        SaeFolder place = reading.place();
        SaeFolder root = place.parent();
        Map<String, Object> config = reading.extraYaml(root, CONFIG).orElse(Map.of());
        Map<String, Object> run = RUN.stream()
                .flatMap(name -> reading.extraYaml(root, name).stream())
                .findFirst()
                .orElse(Map.of());
        Weights weights =
                reading.weights(root, file(place)).turn("W_enc", "W_enc").ignore("threshold");
        @Nullable Integer layer = Reading.number(LAYER, place.name());
        String block = "blocks." + layer + ".";
        Config written = Config.of("transcoder", weights.size("W_enc", 0), weights.size("W_enc", 1))
                .with("d_out", weights.size("W_dec", 1))
                .about("model_name", model(reading, config))
                .about("hook_name", layer == null ? null : block + hook(config, "feature_input_hook", "mlp.hook_in"))
                .about("hook_name_out", layer == null ? null : block + outHook(config))
                .about("model_from_pretrained_kwargs", Config.UNFOLDED_LAYER_NORM)
                .about("dataset_path", "monology/pile-uncopyrighted")
                .about("context_size", run.get("batch_size") instanceof Map<?, ?> value ? value.get("value") : null);
        return Parts.of(written.json(), file(place), weights);
    }

    private static @Nullable String model(Reading reading, Map<String, Object> config) {
        if (config.get("model_name") instanceof String name) {
            return name;
        }
        Matcher size = MODEL.matcher(reading.where());
        return size.find() ? "Qwen/Qwen3-" + size.group(1) + "B" : reading.model(null);
    }

    private static String outHook(Map<String, Object> config) {
        String hook = hook(config, "feature_output_hook", "hook_mlp_out");
        return hook.equals("mlp.hook_out") ? "hook_mlp_out" : hook;
    }

    private static String hook(Map<String, Object> config, String field, String usual) {
        return config.get(field) instanceof String hook ? hook : usual;
    }
}
