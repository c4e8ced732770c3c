package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * InterPLM's SAEs of protein language models: {@code ae_normalized.pt}, {@code ae_unnormalized.pt} or {@code ae.pt}, and a
 * {@code config.yaml} or none. The tensors tell the class; only the configuration's tag tells top-k from batch top-k.
 *
 * <p>Simon and Zou, "InterPLM: Discovering Interpretable Features in Protein Language Models via Sparse Autoencoders" (bioRxiv
 * 2024.11.14.623630). Features are those of {@code encode(x)}, which are not divided by {@code activation_rescale_factor}.
 */
final class InterPlmFormat implements Format {

    private static final String CONFIG = "config.yaml";
    private static final List<String> WEIGHTS = List.of("ae_normalized.pt", "ae_unnormalized.pt", "ae.pt");
    private static final Pattern LAYER = Pattern.compile("layer_(\\d+)");
    private static final Pattern MODEL = Pattern.compile("(esm2-\\w+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern TAG = Pattern.compile("!!python/object:\\S*\\.(\\w+)TrainerConfig");

    @Override
    public String label() {
        return "interplm";
    }

    @Override
    public List<String> markers() {
        return List.of(WEIGHTS.get(0));
    }

    @Override
    public boolean fits(SaeFolder place) {
        if (Format.isFileName(place)) {
            SaeFolder folder = place.parent();
            return WEIGHTS.contains(place.name())
                    && !folder.has("config.json")
                    && (!place.name().equals("ae.pt") || folder.has(CONFIG));
        }
        @Nullable String weights = weights(place);
        return weights != null && !place.has("config.json") && (!weights.equals("ae.pt") || place.has(CONFIG));
    }

    private static @Nullable String weights(SaeFolder place) {
        return WEIGHTS.stream().filter(place::has).findFirst().orElse(null);
    }

    @Override
    public Parts read(Reading reading) {
        SaeFolder place = Format.isFileName(reading.place()) ? reading.place().parent() : reading.place();
        @Nullable
        String file = Format.isFileName(reading.place()) ? reading.place().name() : weights(place);
        if (file == null) {
            throw new SaeLoadException(
                    Reason.NOT_FOUND, place.label() + " has none of " + String.join(", ", WEIGHTS) + ".");
        }
        @Nullable String trainer = trainer(reading, place);
        Weights weights = reading.weights(place, file)
                .turn("W_enc", "encoder.weight")
                .turn("W_dec", "decoder.weight")
                .rename("b_enc", "encoder.bias");
        weights.unneeded("encode gives features as they are", "activation_rescale_factor");
        boolean tied = weights.contains("decoder.bias");
        boolean relu = weights.contains("bias") || tied;
        weights.rename("b_dec", "bias", "decoder.bias");
        int dIn = weights.size("W_enc", 0);
        int dSae = weights.size("W_enc", 1);
        boolean scaled = weights.contains("normalize_to_sqrt_d") && weights.number("normalize_to_sqrt_d") != 0;
        boolean limited = weights.contains("k");
        @Nullable Integer k = limited ? limit(reading, weights, file, trainer) : null;
        if (!relu && !limited) {
            throw new SaeLoadException(
                    Reason.INVALID_TENSORS,
                    file + " has neither bias nor decoder.bias, as ReLU SAEs of InterPLM have, nor k, as"
                            + " its top-k SAEs have.");
        }
        String architecture = k != null ? "topk" : weights.contains("threshold") ? "jumprelu" : "standard";
        Config written = Config.ofTensors(architecture, dIn, dSae)
                .with("apply_b_dec_to_input", !tied)
                .with("k", k)
                .with("normalize_activations", scaled ? "constant_norm_rescale" : null)
                .about("model_name", reading.model(model(reading)))
                .about("hf_hook_name", hook(place));
        return Parts.of(written.json(), file, weights);
    }

    /** Returns k, or null where the threshold that training found stands for it. */
    private static @Nullable Integer limit(Reading reading, Weights weights, String file, @Nullable String trainer) {
        boolean learned = weights.contains("threshold");
        if ("BatchTopK".equals(trainer)) {
            if (!learned) {
                throw new SaeLoadException(
                        Reason.INVALID_TENSORS,
                        file + " has no threshold, which stands for k in an SAE of batch top-k once it is"
                                + " trained.");
            }
            weights.unneeded("the threshold stands for it", "k");
            return null;
        }
        if (!"TopK".equals(trainer) && reading.override("k").isEmpty()) {
            throw new SaeLoadException(
                    Reason.NEEDS_OVERRIDE,
                    file + " has " + (learned ? "both k and a threshold" : "k")
                            + ", as top-k and batch top-k SAEs have, and no " + CONFIG
                            + " says which it is. For a top-k SAE set k: override(\"k\", "
                            + weights.size("k") + ").");
        }
        weights.unneeded("top-k needs none in encode", "threshold");
        return weights.size("k");
    }

    /** Returns the name of the class that trained it, out of a tag that is only looked at, or null if nothing tells it. */
    private static @Nullable String trainer(Reading reading, SaeFolder place) {
        @Nullable String text = reading.extraText(place, CONFIG).orElse(null);
        if (text == null) {
            return null;
        }
        Matcher tag = TAG.matcher(text);
        if (!tag.find()) {
            return null;
        }
        reading.accounts().use(CONFIG, "trainer_cfg", "its class is read, and nothing is made of it");
        return tag.group(1);
    }

    /** Layers are counted from 1: the N-th is the output of the N-th block. */
    private static @Nullable String hook(SaeFolder place) {
        @Nullable Integer layer = Reading.number(LAYER, place.name());
        return layer == null || layer < 1 ? null : "encoder.layer." + (layer - 1) + ".output";
    }

    private static @Nullable String model(Reading reading) {
        Matcher model = MODEL.matcher(reading.where());
        return model.find() ? model.group(1) : null;
    }
}
