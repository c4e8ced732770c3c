package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.sae4j.loader.SaeLoadException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * EleutherAI's sparsify: {@code cfg.json} and {@code sae.safetensors}, with {@code config.json} in the folder above. As in the
 * publisher's own code, {@code b_dec} is subtracted from the input unless the SAE transcodes.
 */
final class SparsifyFormat implements Format {

    private static final String CONFIG = "cfg.json";
    private static final String WEIGHTS = "sae.safetensors";
    private static final Pattern LAYER = Pattern.compile("layers?[._](\\d+)");

    @Override
    public String label() {
        return "sparsify";
    }

    @Override
    public List<String> markers() {
        return List.of(CONFIG, WEIGHTS);
    }

    @Override
    public Parts read(Reading reading) {
        Fields fields = Fields.of(CONFIG, reading.json(CONFIG));
        int dIn = fields.size("d_in");
        fields.ignoreZero("num_latents");
        @Nullable Integer latents = fields.optionalSize("num_latents");
        int dSae = latents == null ? fields.sizeInUnits("expansion_factor", dIn) : latents;
        if (Boolean.TRUE.equals(fields.flag("transcode"))) {
            throw new SaeLoadException(CONFIG + ": transcode is true, and top-k transcoders are not supported.");
        }
        if (Boolean.TRUE.equals(fields.flag("skip_connection"))) {
            throw new SaeLoadException(
                    CONFIG + ": skip_connection is true, and top-k SAEs with one are not supported.");
        }
        @Nullable String rule = fields.text("activation");
        if (rule != null && !rule.equals("topk")) {
            throw fields.refused("activation", "\"" + rule + "\"", "but only topk is known of sparsify.");
        }
        Weights weights = reading.weights(WEIGHTS)
                .turn("W_enc", "encoder.weight")
                .turn("W_dec", "decoder.weight")
                .rename("b_enc", "encoder.bias")
                .rename("b_dec", "decoder.bias");
        orient(weights, "W_enc", dIn, dSae);
        orient(weights, "W_dec", dSae, dIn);
        Config written = Config.of("topk", dIn, dSae)
                .with("apply_b_dec_to_input", true)
                .with("k", reading.override("k").orElseGet(() -> fields.size("k")));
        about(reading, written);
        return Parts.of(written.json(), CONFIG, weights);
    }

    /** Some files hold a matrix as its transpose under the same name; the sizes tell, unless they are equal. */
    private static void orient(Weights weights, String name, int rows, int columns) {
        if (rows != columns && Arrays.equals(weights.shape(name), new long[] {columns, rows})) {
            weights.turn(name, name);
        }
    }

    private static void about(Reading reading, Config written) {
        JsonObject above =
                reading.extraJson(reading.place().parent(), "config.json").orElseGet(JsonObject::new);
        @Nullable Integer layer = Reading.number(LAYER, reading.place().name());
        @Nullable String hook = layer == null ? null : "blocks." + layer + ".hook_resid_post";
        written.about("model_name", reading.model(text(above, "model")))
                .about("dataset_path", text(above, "dataset"))
                .about("context_size", above.get("ctx_len"))
                .about("hook_name", reading.place().name().contains("embed_tokens") ? "hook_embed" : hook);
    }

    private static @Nullable String text(JsonObject object, String field) {
        return object.get(field) instanceof JsonPrimitive value && value.isString() ? value.getAsString() : null;
    }
}
