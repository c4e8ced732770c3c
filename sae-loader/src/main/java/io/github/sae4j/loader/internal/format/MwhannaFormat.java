package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.JumpRelu;
import io.github.sae4j.core.TopK;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Transcoders of single layers as circuit-tracer reads them, Hanna's among them: {@code layer_N.safetensors} with the encoder
 * transposed, and at the repository's root {@code config.yaml}, which some lack; these have a {@code wandb-config.yaml} of
 * the training, misspelt in places.
 *
 * <p>With {@code activation: topk} the k largest products are kept with their signs; with a tensor of thresholds the
 * products above them; else it is a ReLU (circuit-tracer's {@code load_transcoder_set} and {@code SingleLayerTranscoder}).
 */
final class MwhannaFormat implements Format {

    private static final String SUFFIX = ".safetensors";
    private static final String CONFIG = "config.yaml";
    private static final List<String> RUN = List.of("wandb-config.yaml", "wanb-config.yaml");
    private static final String THRESHOLD = "activation_function.threshold";
    private static final Pattern LAYER = Pattern.compile("layer_(\\d+)");
    private static final Pattern MODEL = Pattern.compile("qwen3-([\\d.]+)b");

    /** Its configuration says top-k and no k; the tool that reads it has the number by the repository's name. */
    private static final String WITHOUT_K = "facebook/crv-8b-instruct-transcoders";

    private static final int K_OF_IT = 128;

    private static final Inert INERT = Inert.none()
            .and(Inert.DESCRIPTION, "scan", "model_revision")
            .and("not needed: lists the files of all layers", "transcoders");

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
                && (place.parent().has(CONFIG) || RUN.stream().anyMatch(place.parent()::has))
                && place.parent().has(file(place));
    }

    private static String file(SaeFolder place) {
        return place.name().endsWith(SUFFIX) ? place.name() : place.name() + SUFFIX;
    }

    @Override
    public Parts read(Reading reading) {
        SaeFolder place = reading.place();
        SaeFolder root = place.parent();
        Fields config = reading.extraFields(root, CONFIG);
        config.oneOf("model_kind", "transcoder_set");
        @Nullable String activation = config.oneOf("activation", "relu", "topk");
        @Nullable Integer saidK = config.optionalSize("k");
        @Nullable String named = config.informativeText("model_name");
        @Nullable String in = config.text("feature_input_hook");
        @Nullable String out = config.text("feature_output_hook");
        config.close(reading.accounts(), "a set of transcoders", INERT);
        Weights weights = reading.weights(root, file(place)).turn("W_enc", "W_enc");
        int dIn = weights.size("W_enc", 0);
        int dSae = weights.size("W_enc", 1);
        if (weights.size("W_dec", 0) != dSae && weights.size("W_dec", 1) == dSae) {
            weights.turn("W_dec", "W_dec");
        }
        boolean savedTopK = activation == null && weights.contains("k");
        boolean topK = "topk".equals(activation) || savedTopK;
        if (saidK != null && !topK) {
            throw config.refused(
                    "k",
                    String.valueOf(saidK),
                    "but " + (activation == null ? "no activation is named" : "the activation is " + activation)
                            + ", so that nothing would use it.");
        }
        boolean jumpRelu = activation == null && !topK && weights.contains(THRESHOLD);
        if (jumpRelu) {
            weights.rename("threshold", THRESHOLD);
        }
        String rule = topK ? "topk_" : jumpRelu ? "jumprelu_" : "";
        @Nullable Integer layer = Reading.number(LAYER, place.name());
        String block = "blocks." + layer + ".";
        Config written = Config.of(rule + (weights.contains("W_skip") ? "skip_transcoder" : "transcoder"), dIn, dSae)
                .with("d_out", weights.size("W_dec", 1))
                .with("k", topK ? k(reading, weights, saidK) : null)
                .about("model_name", model(reading, named))
                .about("hook_name", layer == null ? null : block + (in == null ? "mlp.hook_in" : in))
                .about("hook_name_out", layer == null ? null : block + outHook(out))
                .about("model_from_pretrained_kwargs", Config.UNFOLDED_LAYER_NORM)
                .about("dataset_path", "monology/pile-uncopyrighted")
                .about("context_size", contextSize(reading, root));
        UnaryOperator<BlockRule> publishers = topK
                ? found -> ((TopK) found).keepingNegative()
                : jumpRelu ? found -> keepingNegative((JumpRelu) found) : found -> found;
        return Parts.of(written.json(), file(place), weights).withRule(publishers);
    }

    /** Where no threshold is negative no feature can be either. */
    static BlockRule keepingNegative(JumpRelu rule) {
        for (float threshold : rule.threshold()) {
            if (threshold < 0) {
                return rule.keepingNegative();
            }
        }
        return rule;
    }

    private static int k(Reading reading, Weights weights, @Nullable Integer said) {
        @Nullable Integer users = reading.override("k").orElse(null);
        @Nullable Integer saved = weights.contains("k") ? weights.size("k") : null;
        if (users != null) {
            return users;
        }
        if (said != null && saved != null && !said.equals(saved)) {
            throw new SaeLoadException(
                    Reason.INVALID_TENSORS,
                    weights.path() + " has k = " + saved + ", but " + CONFIG + " says " + said + ".");
        }
        if (said != null) {
            return said;
        }
        if (saved != null) {
            return saved;
        }
        if (reading.where().equals(WITHOUT_K)) {
            return K_OF_IT;
        }
        throw new SaeLoadException(
                Reason.NEEDS_OVERRIDE,
                CONFIG + " says activation: topk, but not k, how many features of a token are active."
                        + " Give it: override(\"k\", 128).");
    }

    private static @Nullable Integer contextSize(Reading reading, SaeFolder root) {
        for (String name : RUN) {
            Fields run = reading.extraFields(root, name, "batch_size");
            @Nullable Integer size = run.informativeInteger("batch_size.value");
            run.close(reading.accounts(), "a run", Inert.all(Inert.TRAINING));
            if (size != null) {
                return size;
            }
        }
        return null;
    }

    private static @Nullable String model(Reading reading, @Nullable String named) {
        if (named != null) {
            return named;
        }
        Matcher size = MODEL.matcher(reading.where());
        return size.find() ? "Qwen/Qwen3-" + size.group(1) + "B" : reading.model(null);
    }

    private static String outHook(@Nullable String hook) {
        return hook == null || hook.equals("mlp.hook_out") ? "hook_mlp_out" : hook;
    }
}
