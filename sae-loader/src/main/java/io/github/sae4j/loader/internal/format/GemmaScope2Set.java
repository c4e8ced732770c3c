package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonObject;
import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.JumpRelu;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.SaeFolder;
import java.util.Optional;

/**
 * Gemma Scope 2's cross-layer transcoders and crosscoders: a file {@code params_layer_N.safetensors} for each layer.
 *
 * <p>A decoder has all layers for targets. Those before its own should be zero; where they are not, the publisher's code
 * adds them, and so they count here.
 */
final class GemmaScope2Set implements SetLayout {

    private static final String CONFIG = "config.json";
    private static final String SKIP = "affine_skip_connection";
    private static final String AFFINE = "_affine";

    @Override
    public String kind() {
        return "cross-layer transcoder or crosscoder";
    }

    @Override
    public boolean fits(SaeFolder place) {
        return place.has(file(0));
    }

    private static String file(int layer) {
        return "params_layer_" + layer + ".safetensors";
    }

    @Override
    public String member(int layer) {
        return "params_layer_" + layer;
    }

    @Override
    public int firstTarget(int layer) {
        return 0;
    }

    @Override
    public String fileBehind(int layers) {
        return file(layers);
    }

    @Override
    public Weights encoder(Reading reading, int layer) {
        return reading.weights(file(layer))
                .rename("W_enc", "w_enc")
                .rename("W_dec", "w_dec")
                .turn("W_skip", SKIP);
    }

    @Override
    public Weights decoder(Reading reading, int layer) {
        return encoder(reading, layer);
    }

    @Override
    public Config config(Reading reading, Weights encoder, int layer, int layers) {
        SaeFolder place = reading.place();
        boolean skip = encoder.contains("W_skip");
        if (place.name().endsWith(AFFINE) && !skip) {
            throw new SaeLoadException(
                    Reason.INVALID_TENSORS,
                    encoder.path() + " has no tensor " + SKIP + ", but the folder's name says " + AFFINE + ".");
        }
        if (layer == 0) {
            requireUnderstood(reading, place, skip);
        }
        GemmaScope2Hooks hooks = GemmaScope2Hooks.of(place);
        hooks.requireLayers(layers);
        Config config = Config.of(
                        skip ? "jumprelu_skip_transcoder" : "jumprelu_transcoder",
                        encoder.size("W_enc", 0),
                        encoder.size("W_enc", 1))
                .about("model_name", GemmaScope2Format.model(reading));
        hooks.write(config, layer);
        return config;
    }

    private static void requireUnderstood(Reading reading, SaeFolder place, boolean skip) {
        Optional<JsonObject> found = reading.extraJson(place, CONFIG);
        Fields fields = Fields.of(CONFIG, found.orElseGet(JsonObject::new));
        boolean said = fields.has("affine_connection");
        boolean affine = GemmaScope2Format.affine(fields, found.isPresent());
        fields.close(reading.accounts(), "a set of layers", GemmaScope2Format.INERT);
        if (said && affine != skip) {
            throw GemmaScope2Format.contradiction(place, affine, skip);
        }
    }

    @Override
    public BlockRule rule(Weights encoder, int dSae) {
        return JumpRelu.of(encoder.vector("b_enc", dSae), encoder.vector("threshold", dSae));
    }
}
