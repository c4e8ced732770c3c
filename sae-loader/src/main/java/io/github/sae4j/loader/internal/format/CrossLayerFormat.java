package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.JumpRelu;
import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;
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
    private static final Inert INERT = Inert.none().and(Inert.DESCRIPTION, "scan", "model_revision");

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
        Fields config = reading.extraFields(place.parent(), CONFIG);
        config.oneOf("model_kind", "cross_layer_transcoder");
        @Nullable String model = config.informativeText("model_name");
        @Nullable String in = config.text("feature_input_hook");
        @Nullable String out = config.text("feature_output_hook");
        config.close(reading.accounts(), "a cross-layer transcoder", INERT);
        Weights weights = reading.weights(place.parent(), encoder(layer))
                .turn("W_enc", "W_enc_" + layer)
                .rename("b_enc", "b_enc_" + layer)
                .rename("threshold", "threshold_" + layer)
                .unneeded("one layer alone is not decoded", "b_dec_" + layer);
        String block = "blocks." + layer + ".";
        boolean jumpRelu = weights.contains("threshold");
        Config written = Config.of(
                        jumpRelu ? "jumprelu_transcoder" : "transcoder",
                        weights.size("W_enc", 0),
                        weights.size("W_enc", 1))
                .about("model_name", model)
                .about("model_from_pretrained_kwargs", Config.UNFOLDED_LAYER_NORM)
                .about("hook_name", hook(block, in))
                .about("hook_name_out", hook(block, out));
        return Parts.of(written.json(), encoder(layer), weights)
                .withRule(rule -> jumpRelu ? MwhannaFormat.keepingNegative((JumpRelu) rule) : rule)
                .withoutDecoder(NO_DECODER);
    }

    private static @Nullable String hook(String block, @Nullable String hook) {
        return hook == null ? null : block + hook;
    }
}
