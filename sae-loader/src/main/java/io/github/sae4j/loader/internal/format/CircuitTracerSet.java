package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.JumpRelu;
import io.github.sae4j.core.Relu;
import io.github.sae4j.loader.internal.SaeFolder;
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

    private static final Inert INERT = Inert.none().and(Inert.DESCRIPTION, "scan", "model_revision");

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
        Fields fields = reading.extraFields(set, CONFIG);
        fields.oneOf("model_kind", KIND);
        @Nullable String model = fields.informativeText("model_name");
        @Nullable String in = fields.text("feature_input_hook");
        @Nullable String out = fields.text("feature_output_hook");
        fields.close(reading.accounts(), "a set of layers", INERT);
        String block = "blocks." + layer + ".";
        String architecture = encoder.contains("threshold") ? "jumprelu_transcoder" : "transcoder";
        return Config.of(architecture, encoder.size("W_enc", 0), encoder.size("W_enc", 1))
                .about("model_name", model)
                .about("model_from_pretrained_kwargs", Config.UNFOLDED_LAYER_NORM)
                .about("hook_name", in == null ? null : block + in)
                .about("hook_name_out", out == null ? null : block + out);
    }

    @Override
    public BlockRule rule(Weights encoder, int dSae) {
        float[] bias = encoder.vector("b_enc", dSae);
        return encoder.contains("threshold")
                ? MwhannaFormat.keepingNegative(JumpRelu.of(bias, encoder.vector("threshold", dSae)))
                : Relu.of(bias);
    }
}
