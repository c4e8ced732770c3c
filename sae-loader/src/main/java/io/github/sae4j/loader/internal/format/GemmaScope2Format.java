package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonObject;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Gemma Scope 2: {@code params.safetensors} with JumpReLU SAEs, transcoders and transcoders with a skip term, with a
 * {@code config.json} beside it or none; a layer of a {@linkplain GemmaScope2Set set} is the only file of its name.
 *
 * <p>The skip term is {@code x @ affine_skip_connection}, as in the publisher's own code: {@code W_skip} is its transpose.
 */
final class GemmaScope2Format implements Format {

    private static final String PARAMS = "params.safetensors";
    private static final String CONFIG = "config.json";
    private static final String SUFFIX = ".safetensors";
    private static final String SKIP = "affine_skip_connection";
    static final Inert INERT = Inert.none()
            .and("not needed: the tensors tell", "width")
            .and(Inert.DESCRIPTION, "model_name", "hf_hook_point_in", "hf_hook_point_out", "l0", "layer", "site");

    private static final Pattern LAYER = Pattern.compile("layer_(\\d+)");
    private static final Pattern MODEL = Pattern.compile("gemma-scope-2-(270m|1b|4b|12b|27b)-(pt|it)");

    @Override
    public String label() {
        return "gemma_3";
    }

    @Override
    public List<String> markers() {
        return List.of(PARAMS);
    }

    @Override
    public boolean fits(SaeFolder place) {
        return Format.super.fits(place) || (place.name().startsWith("params_layer_") && file(place) != null);
    }

    /** Returns the name of the file that a layer of a cross-layer transcoder is by itself. */
    private static @Nullable String file(SaeFolder place) {
        String name = place.name().endsWith(SUFFIX) ? place.name() : place.name() + SUFFIX;
        return place.parent().has(name) ? name : null;
    }

    @Override
    public Parts read(Reading reading) {
        SaeFolder place = reading.place();
        Optional<JsonObject> written = reading.extraJson(place, CONFIG);
        Fields config = Fields.of(CONFIG, written.orElseGet(JsonObject::new));
        @Nullable String type = config.peek("type");
        boolean said = config.has("affine_connection");
        boolean affine = affine(config, written.isPresent());
        config.close(reading.accounts(), "an SAE of Gemma Scope 2", INERT);
        @Nullable String alone = place.has(PARAMS) ? null : file(place);
        Weights weights = (alone == null ? reading.weights(PARAMS) : reading.weights(place.parent(), alone))
                .rename("W_enc", "w_enc")
                .rename("W_dec", "w_dec")
                .turn("W_skip", SKIP);
        boolean crossLayer = weights.shape("W_dec").length == 3;
        if (!crossLayer && ("clt".equals(type) || "crosscoder".equals(type))) {
            throw new SaeLoadException(
                    Reason.INVALID_TENSORS,
                    CONFIG + ": type is \"" + type + "\", of which w_dec has an axis of layers, but " + weights.path()
                            + " has none.");
        }
        if (crossLayer) {
            weights.unneeded("one layer alone is not decoded", "W_dec", "b_dec", "W_skip");
        }
        String path = near(place);
        boolean transcoder =
                crossLayer || "transcoder".equals(type) || path.contains("transcoder") || path.contains("clt");
        boolean skip = weights.contains("W_skip");
        if ((said && !affine && skip) || (affine && !transcoder)) {
            throw contradiction(place, affine, skip);
        }
        String architecture =
                !transcoder ? "jumprelu" : skip || affine ? "jumprelu_skip_transcoder" : "jumprelu_transcoder";
        Config derived = Config.of(architecture, weights.size("W_enc", 0), weights.size("W_enc", 1))
                .with("dtype", "float32")
                .about("model_name", model(reading))
                .about("dataset_path", "monology/pile-uncopyrighted")
                .about("context_size", 1024);
        if (alone != null) {
            @Nullable Integer layer = Reading.number(LAYER, place.name());
            if (layer != null) {
                GemmaScope2Hooks.of(place.parent()).write(derived, layer);
            }
        } else {
            hooks(derived, path, transcoder);
        }
        if (transcoder) {
            long[] decoder = weights.shape("W_dec");
            derived.with("d_out", decoder[decoder.length - 1]);
        }
        Parts parts = Parts.of(derived.json(), alone == null ? PARAMS : alone, weights);
        return crossLayer ? parts.withoutDecoder(LayerSet.noDecoder(place.parent())) : parts;
    }

    /** Returns the place's name behind that of the folder which says what is read, {@code transcoder_all/layer_5_…}. */
    private static String near(SaeFolder place) {
        return place.parent().name() + "/" + place.name();
    }

    /** Returns whether there must be a skip matrix, so that one that is missing is noticed. */
    static boolean affine(Fields config, boolean isThere) {
        @Nullable String architecture = config.text("architecture");
        if (isThere && !"jump_relu".equals(architecture)) {
            throw new SaeLoadException(
                    Reason.UNSUPPORTED,
                    CONFIG + ": architecture is " + architecture + ", but only jump_relu is known of Gemma Scope 2.");
        }
        config.oneOf("type", "sae", "transcoder", "clt", "crosscoder");
        return config.isSet("affine_connection");
    }

    /** Returns the sentence for a configuration that says another thing of the skip term than the tensors. */
    static SaeLoadException contradiction(SaeFolder place, boolean affine, boolean skip) {
        return new SaeLoadException(
                Reason.INVALID_TENSORS,
                place.label() + ": " + CONFIG + " says affine_connection = " + affine + ", but there is "
                        + (skip ? "a" : "no") + " tensor " + SKIP + (affine && skip ? ", and no transcoder." : "."));
    }

    private static void hooks(Config written, String path, boolean transcoder) {
        @Nullable Integer layer = Reading.number(LAYER, path);
        if (layer == null) {
            return;
        }
        String block = "blocks." + layer + ".";
        String module = "model.layers." + layer + ".";
        if (transcoder) {
            written.about("hook_name", block + "hook_mlp_in")
                    .about("hook_name_out", block + "hook_mlp_out")
                    .about("hf_hook_name", module + "pre_feedforward_layernorm.output")
                    .about("hf_hook_name_out", module + "post_feedforward_layernorm.output");
        } else if (path.contains("attn_out")) {
            written.about("hook_name", block + "attn.hook_z").about("hf_hook_name", module + "self_attn.o_proj.input");
        } else if (path.contains("mlp_out")) {
            written.about("hook_name", block + "hook_mlp_out")
                    .about("hf_hook_name", module + "post_feedforward_layernorm.output");
        } else {
            written.about("hook_name", block + "hook_resid_post").about("hf_hook_name", module + "output");
        }
    }

    static @Nullable String model(Reading reading) {
        Matcher model = MODEL.matcher(reading.where());
        if (!model.find()) {
            return reading.model(null);
        }
        boolean unnamed = model.group(1).equals("270m") && model.group(2).equals("pt");
        return "google/gemma-3-" + model.group(1) + (unnamed ? "" : "-" + model.group(2));
    }
}
