package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One layer of a cross-layer transcoder whose layers lie at the repository's root: {@code W_enc_N.safetensors}, and
 * {@code W_dec_N.safetensors}, which writes to all later layers and is not read. The place is called {@code N}.
 */
final class CrossLayerFormat implements Format {

    static final String NO_DECODER =
            "This is one layer of a cross-layer transcoder: its features are decoded to several"
                    + " layers together with those of other layers, so one layer alone has no reconstruction. It can encode.";

    private static final String CONFIG = "config.yaml";
    private static final Pattern LAYER = Pattern.compile("(?:layer_)?(\\d+)");

    @Override
    public String label() {
        return "mntss_clt_layer_transcoder";
    }

    @Override
    public List<String> markers() {
        return List.of();
    }

    @Override
    public boolean fits(SaeFolder place) {
        return LAYER.matcher(place.name()).matches() && place.parent().has(encoder(layer(place)));
    }

    private static @Nullable Integer layer(SaeFolder place) {
        return Reading.number(LAYER, place.name());
    }

    private static String encoder(@Nullable Integer layer) {
        return "W_enc_" + layer + ".safetensors";
    }

    @Override
    public Parts read(Reading reading) {
        SaeFolder place = reading.place();
        @Nullable Integer layer = layer(place);
        Map<String, Object> config = reading.extraYaml(place.parent(), CONFIG).orElse(Map.of());
        Weights weights = reading.weights(place.parent(), encoder(layer))
                .turn("W_enc", "W_enc_" + layer)
                .rename("b_enc", "b_enc_" + layer)
                .rename("b_dec", "b_dec_" + layer)
                .ignore("b_dec");
        String block = "blocks." + layer + ".";
        Config written = Config.of("transcoder", weights.size("W_enc", 0), weights.size("W_enc", 1))
                .about("model_name", config.get("model_name"))
                .about("model_from_pretrained_kwargs", Config.UNFOLDED_LAYER_NORM)
                .about("hook_name", hook(block, config.get("feature_input_hook")))
                .about("hook_name_out", hook(block, config.get("feature_output_hook")));
        return Parts.of(written.json(), encoder(layer), weights).withoutDecoder(NO_DECODER);
    }

    private static @Nullable String hook(String block, @Nullable Object name) {
        return name instanceof String hook ? block + hook : null;
    }
}
