package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * dictionary_learning: {@code ae.pt} and {@code config.json}, whose {@code trainer.dict_class} says which of the library's
 * classes it is.
 */
final class DictionaryLearningFormat implements Format {

    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "ae.pt";

    private static final Inert INERT = Inert.none()
            .and("not needed: of the activations that it was trained on", "buffer", "buffer.*")
            .and("not needed: the tensors tell", "trainer.activation_dim", "trainer.dict_size")
            .and("not needed: of another rule, or the threshold stands for it", "trainer.k")
            .and(Inert.MACHINE, "trainer.device", "trainer.seed", "trainer.wandb_name", "trainer.wandb_project")
            .and(Inert.TRAINING, "trainer.trainer_class", "trainer.lr", "trainer.steps", "trainer.warmup_steps")
            .and(Inert.TRAINING, "trainer.decay_start", "trainer.resample_steps", "trainer.l1_penalty")
            .and(Inert.TRAINING, "trainer.sparsity_warmup_steps", "trainer.sparsity_penalty", "trainer.l1_warmup_steps")
            .and(Inert.TRAINING, "trainer.auxk_alpha", "trainer.threshold_beta", "trainer.threshold_start_step")
            .and(Inert.TRAINING, "trainer.group_fractions", "trainer.group_weights", "trainer.group_sizes")
            .and(Inert.TRAINING, "trainer.bandwidth", "trainer.target_l0", "trainer.p", "trainer.p_start")
            .and(Inert.TRAINING, "trainer.p_end", "trainer.anneal_start", "trainer.anneal_end", "trainer.anneal_end_p")
            .and(
                    Inert.TRAINING,
                    "trainer.n_sparsity_updates",
                    "trainer.sparsity_function",
                    "trainer.sparsity_queue_length")
            .and(
                    Inert.TRAINING,
                    "trainer.initial_sparsity_penalty",
                    "trainer.top_k_aux",
                    "trainer.dead_feature_threshold")
            .and(Inert.TRAINING, "trainer.sqrt_sparsity_penalty", "trainer.lp_norm", "trainer.initial_threshold")
            .and(Inert.TRAINING, "trainer.k_anneal_steps", "trainer.initial_k", "trainer.initial_b_dec")
            .and(
                    Inert.TRAINING,
                    "trainer.use_mse_loss",
                    "trainer.pretrained_ae",
                    "trainer.compile",
                    "trainer.ghost_threshold")
            .and(Inert.TRAINING, "trainer.jumprelu_threshold", "trainer.jumprelu_bandwidth", "trainer.log_steps");

    @Override
    public String label() {
        return "dictionary_learning_1";
    }

    @Override
    public List<String> markers() {
        return List.of(CONFIG, WEIGHTS);
    }

    @Override
    public Parts read(Reading reading) {
        Fields fields = reading.fields(CONFIG, "trainer", "buffer");
        @Nullable String named = fields.text("trainer.dict_class");
        Kind kind = Kind.named(named);
        @Nullable Integer k = kind == Kind.TOP_K ? k(reading, fields) : null;
        @Nullable Integer layer = fields.informativeInteger("trainer.layer");
        @Nullable String model = fields.informativeText("trainer.lm_name");
        @Nullable String submodule = fields.informativeText("trainer.submodule_name");
        @Nullable Integer contextSize = fields.informativeInteger("buffer.ctx_len");
        fields.close(reading.accounts(), "an SAE of dictionary_learning", INERT);
        Weights weights = reading.weights(WEIGHTS)
                .turn("W_enc", "encoder.weight")
                .turn("W_dec", "decoder.weight")
                .rename("W_dec", "decoder") // Of July 2024: no layer but a matrix, made as the encoder's is.
                .rename("b_enc", "encoder.bias")
                .rename("b_dec", "bias", "decoder_bias", "decoder.bias")
                .rename("b_mag", "mag_bias")
                .rename("b_gate", "gate_bias");
        if (kind == Kind.TOP_K) {
            weights.unneeded("top-k needs none in encode", "threshold");
            if (reading.override("k").isEmpty()) {
                requireSameK(weights, k);
            } else {
                weights.unneeded("the user says another", "k");
            }
        } else if (kind == Kind.BATCH_TOP_K) {
            weights.unneeded("the threshold stands for it", "k").unneeded(Inert.TRAINING, "group_sizes");
        }
        int dIn = weights.size("W_enc", 0);
        int dSae = weights.size("W_enc", 1);
        if (!weights.contains("b_dec")) {
            weights.put("b_dec", () -> new float[dIn]);
        }
        Config written = Config.of(kind.architecture, dIn, dSae)
                .with("apply_b_dec_to_input", kind.subtractsBias)
                .with("k", k)
                .about("model_name", model == null ? reading.model(null) : model)
                .about("hook_name", hook(layer, submodule))
                .about("dataset_path", "monology/pile-uncopyrighted")
                .about("context_size", contextSize);
        return Parts.of(written.json(), CONFIG, weights).withFactors(ActivationNormalizer.of(weights, 1, dIn));
    }

    private static int k(Reading reading, Fields fields) {
        @Nullable Integer users = reading.override("k").orElse(null);
        return users == null ? fields.size("trainer.k") : users;
    }

    /** Newer files hold k as well; where it is another, one of the two is of another SAE. */
    private static void requireSameK(Weights weights, @Nullable Integer k) {
        if (weights.contains("k") && k != null && weights.size("k") != k) {
            throw new SaeLoadException(
                    Reason.INVALID_TENSORS,
                    weights.path() + " has k = " + weights.size("k") + ", but " + CONFIG + " says " + k + ".");
        }
    }

    private static @Nullable String hook(@Nullable Integer layer, @Nullable String submodule) {
        if (layer == null) {
            return null;
        }
        String block = "blocks." + layer + ".";
        if (submodule != null && submodule.contains("mlp")) {
            return block + "hook_mlp_out";
        }
        return block + (submodule != null && submodule.contains("attn") ? "hook_attn_out" : "hook_resid_post");
    }

    /** The rules that the library's classes run with, by SAELens's names where they have one. */
    private enum Kind {
        STANDARD("standard", true),
        NEW("standard", false),
        GATED("gated", true),
        TOP_K("topk", true),
        BATCH_TOP_K("jumprelu", true),
        JUMP_RELU("jumprelu", false);

        private final String architecture;
        private final boolean subtractsBias;

        Kind(String architecture, boolean subtractsBias) {
            this.architecture = architecture;
            this.subtractsBias = subtractsBias;
        }

        static Kind named(@Nullable String dictClass) {
            return switch (String.valueOf(dictClass)) {
                case "AutoEncoder" -> STANDARD;
                case "AutoEncoderNew" -> NEW;
                case "GatedAutoEncoder" -> GATED;
                case "AutoEncoderTopK" -> TOP_K;
                case "BatchTopKSAE", "MatryoshkaBatchTopKSAE" -> BATCH_TOP_K;
                case "JumpReluAutoEncoder" -> JUMP_RELU;
                default ->
                    throw new SaeLoadException(
                            Reason.UNSUPPORTED,
                            CONFIG + ": trainer.dict_class is " + dictClass
                                    + ", which is not known. Known are: AutoEncoder, AutoEncoderNew, GatedAutoEncoder,"
                                    + " AutoEncoderTopK, BatchTopKSAE, MatryoshkaBatchTopKSAE, JumpReluAutoEncoder.");
            };
        }
    }
}
