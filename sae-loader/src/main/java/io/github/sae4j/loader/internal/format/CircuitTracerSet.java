package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.JumpRelu;
import io.github.sae4j.core.Relu;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * circuit-tracer's cross-layer transcoders: {@code W_enc_N.safetensors} and {@code W_dec_N.safetensors} for each layer, and
 * {@code config.yaml}. A decoder's targets begin with its own layer.
 *
 * <p>Where there are thresholds, a feature is {@code h} where {@code h > threshold}, without a relu.
 */
final class CircuitTracerSet implements SetLayout {

    static final String CONFIG = "config.yaml";

    private static final String KIND = "cross_layer_transcoder";

    /** {@code scan} is the set's name on a site that shows its features. */
    private static final List<String> FIELDS =
            List.of("model_kind", "model_name", "feature_input_hook", "feature_output_hook", "scan");

    @Override
    public String kind() {
        return "cross-layer transcoder";
    }

    @Override
    public boolean fits(SaeFolder place) {
        return place.has(encoderFile(0)) && place.has(decoderFile(0));
    }

    static String encoderFile(int layer) {
        return "W_enc_" + layer + ".safetensors";
    }

    private static String decoderFile(int layer) {
        return "W_dec_" + layer + ".safetensors";
    }

    @Override
    public String member(int layer) {
        return String.valueOf(layer);
    }

    @Override
    public int firstTarget(int layer) {
        return layer;
    }

    @Override
    public String fileBehind(int layers) {
        return encoderFile(layers);
    }

    @Override
    public Weights encoder(Reading reading, int layer) {
        return encoder(reading, reading.place(), layer);
    }

    /** Returns the tensors of a layer's encoder in the set's folder. */
    static Weights encoder(Reading reading, SaeFolder set, int layer) {
        return reading.weights(set, encoderFile(layer))
                .turn("W_enc", "W_enc_" + layer)
                .rename("b_enc", "b_enc_" + layer)
                .rename("b_dec", "b_dec_" + layer)
                .rename("threshold", "threshold_" + layer);
    }

    @Override
    public Weights decoder(Reading reading, int layer) {
        return reading.weights(decoderFile(layer)).rename("W_dec", "W_dec_" + layer);
    }

    @Override
    public Config config(Reading reading, Weights encoder, int layer, int layers) {
        return config(reading, reading.place(), encoder, layer);
    }

    /** Returns the configuration of a layer in the set's folder. */
    static Config config(Reading reading, SaeFolder set, Weights encoder, int layer) {
        Map<String, Object> fields = reading.extraYaml(set, CONFIG).orElse(Map.of());
        requireUnderstood(fields, set);
        String block = "blocks." + layer + ".";
        String architecture = encoder.contains("threshold") ? "jumprelu_transcoder" : "transcoder";
        return Config.of(architecture, encoder.size("W_enc", 0), encoder.size("W_enc", 1))
                .about("model_name", fields.get("model_name"))
                .about("model_from_pretrained_kwargs", Config.UNFOLDED_LAYER_NORM)
                .about("hook_name", hook(block, fields.get("feature_input_hook")))
                .about("hook_name_out", hook(block, fields.get("feature_output_hook")));
    }

    private static void requireUnderstood(Map<String, Object> fields, SaeFolder set) {
        String file = set.label() + ": " + CONFIG;
        for (String field : fields.keySet()) {
            if (!FIELDS.contains(field)) {
                throw new SaeLoadException(file + " has the field " + field + ", which is not understood. Known are "
                        + String.join(", ", FIELDS) + ".");
            }
        }
        if (fields.containsKey("model_kind") && !KIND.equals(fields.get("model_kind"))) {
            throw new SaeLoadException(file + ": model_kind is " + fields.get("model_kind")
                    + ", but files W_enc_N are of a " + KIND + ".");
        }
    }

    private static @Nullable String hook(String block, @Nullable Object name) {
        return name instanceof String hook ? block + hook : null;
    }

    @Override
    public BlockRule rule(Weights encoder, int dSae) {
        float[] bias = encoder.vector("b_enc", dSae);
        return encoder.contains("threshold")
                ? JumpRelu.of(bias, encoder.vector("threshold", dSae)).keepingNegative()
                : Relu.of(bias);
    }

    /**
     * Checks that no threshold lets negative values through, for whoever has a relu.
     *
     * @throws SaeLoadException if one does
     */
    static void requireThresholdsFromZero(Weights encoder) {
        if (!encoder.contains("threshold")) {
            return;
        }
        float[] thresholds = encoder.vector("threshold", encoder.size("W_enc", 1));
        for (int feature = 0; feature < thresholds.length; feature++) {
            if (thresholds[feature] < 0) {
                throw new SaeLoadException(encoder.path() + ": the threshold of feature " + feature + " is "
                        + thresholds[feature] + ", which lets negative values through; open the set, which has them.");
            }
        }
    }
}
