package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.JumpRelu;
import io.github.sae4j.core.TopK;
import io.github.sae4j.loader.internal.SaeFolder;
import io.github.sae4j.safetensors.internal.Quoted;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * EleutherAI's sparsify, and latent-sae, which has further rules in the same files: {@code cfg.json} and
 * {@code sae.safetensors}, with {@code config.json} in the folder above. As in the publisher's own code, {@code b_dec} is
 * subtracted from the input unless the SAE transcodes.
 */
final class SparsifyFormat implements Format {

    private static final String CONFIG = "cfg.json";
    private static final String WEIGHTS = "sae.safetensors";

    /** latent-sae keeps at most so many times k features that are above their thresholds. */
    private static final int MOST_ABOVE_THRESHOLD = 4;

    private static final Inert INERT = Inert.none()
            .and("not needed: the decoder is as it was saved", "normalize_decoder", "decoder_init_norm")
            .and("not needed: another field gives the size", "expansion_factor")
            .and("not needed: the tensor counts", "batchtopk_threshold")
            .and("not needed: of another rule", "lista_eta", "lista_steps", "matryoshka_ks", "k")
            .and(Inert.TRAINING, "multi_topk", "jumprelu_init_threshold", "jumprelu_bandwidth", "sparsity_penalty")
            .and(Inert.TRAINING, "k_anneal", "k_anneal_start", "k_anneal_pct", "decorr_alpha", "max_fire_rate")
            .and(Inert.TRAINING, "fire_rate_penalty", "batchtopk_threshold_beta", "matryoshka_sizes")
            .and(Inert.TRAINING, "matryoshka_loss_weights");

    /** What the run was told; what the SAE computes is in the configuration beside the weights. */
    private static final Inert RUN = Inert.all(Inert.TRAINING);

    @Override
    public String label() {
        return "sparsify";
    }

    @Override
    public List<String> markers() {
        return List.of(CONFIG, WEIGHTS);
    }

    /**
     * A rule.
     *
     * @param architecture without what a transcoder or a skip connection adds
     * @param k how many features are active, or groups there are; null if nothing says
     * @param rule makes the publisher's rule
     * @param tensors the tensors of these names are the rule's
     */
    private record Rule(String architecture, @Nullable Integer k, UnaryOperator<BlockRule> rule, String tensors) {}

    @Override
    public Parts read(Reading reading) {
        Fields fields = reading.fields(CONFIG);
        int dIn = fields.size("d_in");
        fields.ignoreZero("num_latents");
        @Nullable Integer latents = fields.optionalSize("num_latents");
        int dSae = latents == null ? fields.sizeInUnits("expansion_factor", dIn) : latents;
        boolean transcodes = fields.isSet("transcode");
        boolean skips = fields.isSet("skip_connection");
        Rule rule = rule(reading, fields);
        String architecture = architecture(fields, rule.architecture(), transcodes, skips);
        fields.close(reading.accounts(), "an SAE of sparsify", INERT);
        Weights weights = reading.weights(WEIGHTS)
                .turn("W_enc", "encoder.weight")
                .turn("W_dec", "decoder.weight")
                .rename("b_enc", "encoder.bias")
                .rename("b_dec", "decoder.bias");
        orient(weights, "W_enc", dIn, dSae);
        orient(weights, "W_dec", dSae, dIn);
        thresholds(weights, rule.tensors(), dSae);
        Config written = Config.of(architecture, dIn, dSae)
                .with("apply_b_dec_to_input", !transcodes)
                .with("d_out", transcodes ? dIn : null)
                .with("k", rule.k());
        about(reading, written, transcodes);
        return Parts.of(written.json(), CONFIG, weights).withRule(rule.rule());
    }

    private static Rule rule(Reading reading, Fields fields) {
        String written = Objects.requireNonNullElse(fields.text("sae_type"), "topk");
        String kind = written.toLowerCase(Locale.ROOT);
        fields.requireUnset(
                "matryoshka_use_batchtopk", "and which features are active then depends on the other tokens.");
        boolean signed = fields.isSet("signed");
        @Nullable String activation = fields.oneOf("activation", "topk", "groupmax");
        if (!kind.equals("topk") && (signed || activation != null)) {
            throw fields.unsupported("sae_type", Quoted.of(written), "which is not known beside signed or activation.");
        }
        return switch (kind) {
            case "topk" -> {
                int k = reading.override("k").orElseGet(() -> fields.size("k"));
                yield "groupmax".equals(activation)
                        ? groupMax(fields, signed, k)
                        : new Rule("topk", k, rule -> signed ? ((TopK) rule).byMagnitude() : rule, "");
            }
            case "matryoshka" -> new Rule("topk", lastOf(fields, "matryoshka_ks"), rule -> rule, "");
            case "jumprelu" -> {
                int most = MOST_ABOVE_THRESHOLD * fields.size("k");
                yield new Rule("jumprelu", null, rule -> atMost(rule, most), "log_threshold");
            }
            case "batchtopk" -> {
                int most = fields.size("k");
                yield new Rule("jumprelu", null, rule -> atMost(rule, most), "batchtopk_threshold");
            }
            case "gated" ->
                throw fields.unsupported(
                        "sae_type",
                        Quoted.of(written),
                        "whose gate has a matrix of its own;" + " that rule is not supported.");
            case "lista" ->
                throw fields.unsupported(
                        "sae_type",
                        Quoted.of(written),
                        "whose features inhibit each other;" + " that rule is not supported.");
            default ->
                throw fields.unsupported(
                        "sae_type",
                        Quoted.of(written),
                        "but only topk, matryoshka, jumprelu and batchtopk are known of latent-sae.");
        };
    }

    private static Rule groupMax(Fields fields, boolean signed, int groups) {
        if (signed) {
            throw fields.unsupported("signed", "true", "which is not known beside activation = groupmax.");
        }
        return new Rule("groupmax", groups, rule -> rule, "");
    }

    private static BlockRule atMost(BlockRule rule, int most) {
        return most < rule.dSae() ? ((JumpRelu) rule).atMost(most) : rule;
    }

    /** Returns the last of numbers with commas between them, all features of the widest SAE in the others. */
    private static int lastOf(Fields fields, String name) {
        String written = String.valueOf(fields.text(name));
        String last = written.substring(written.lastIndexOf(',') + 1).strip();
        if (!last.matches("[1-9]\\d{0,8}")) {
            throw fields.refused(name, Quoted.of(written), "but should be numbers with commas between them.");
        }
        return Integer.parseInt(last);
    }

    private static String architecture(Fields fields, String rule, boolean transcodes, boolean skips) {
        String label = rule + (skips ? "_skip" : "") + (transcodes ? "_transcoder" : "");
        boolean known = label.equals(rule) || rule.equals("topk") || (rule.equals("jumprelu") && transcodes);
        if (!known) {
            throw fields.unsupported(
                    transcodes ? "transcode" : "skip_connection",
                    "true",
                    "which is not known beside the rule " + rule + ".");
        }
        return label;
    }

    private static void thresholds(Weights weights, String tensor, int dSae) {
        if (tensor.equals("log_threshold")) {
            weights.put(
                    "threshold",
                    () -> {
                        float[] threshold = weights.stored(tensor, dSae);
                        for (int feature = 0; feature < dSae; feature++) {
                            threshold[feature] = (float) Math.exp(threshold[feature]);
                        }
                        return threshold;
                    },
                    tensor);
        } else if (tensor.equals("batchtopk_threshold")) {
            // Active is what is at the threshold or above, so what is above the number below it.
            float below = Math.nextDown(weights.number(tensor));
            weights.put("threshold", () -> {
                float[] threshold = new float[dSae];
                Arrays.fill(threshold, below);
                return threshold;
            });
        }
    }

    /** Some files hold a matrix as its transpose under the same name; the sizes tell, unless they are equal. */
    private static void orient(Weights weights, String name, int rows, int columns) {
        if (rows != columns && Arrays.equals(weights.shape(name), new long[] {columns, rows})) {
            weights.turn(name, name);
        }
    }

    private static void about(Reading reading, Config written, boolean transcodes) {
        SaeFolder place = reading.place();
        SaeFolder run = place.name().matches("seed\\d+") ? place.parent() : place;
        Fields above = reading.extraFields(run.parent(), "config.json");
        ModuleHook hook = ModuleHook.of(run.name());
        written.about("model_name", reading.model(above.informativeText("model")))
                .about("dataset_path", above.informativeText("dataset"))
                .about("context_size", above.informativeInteger("ctx_len"))
                .about("hook_name", transcodes ? null : hook.output())
                .about("hook_name_out", transcodes ? hook.output() : null)
                .about(
                        "hf_hook_name",
                        hook.module() == null ? null : hook.module() + (transcodes ? ".input" : ".output"))
                .about("hf_hook_name_out", transcodes && hook.module() != null ? hook.module() + ".output" : null);
        above.close(reading.accounts(), "a run of sparsify", RUN);
    }
}
