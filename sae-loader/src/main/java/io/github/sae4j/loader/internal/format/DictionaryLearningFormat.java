package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonObject;
import io.github.sae4j.loader.SaeLoadException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * dictionary_learning: {@code ae.pt} and {@code config.json}, whose {@code trainer.dict_class} says which of the library's
 * classes it is.
 */
final class DictionaryLearningFormat implements Format {

    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "ae.pt";

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
        JsonObject config = reading.json(CONFIG);
        Fields fields = Fields.of(CONFIG, config, "trainer", "buffer");
        @Nullable String named = fields.text("trainer.dict_class");
        Kind kind = Kind.named(named);
        Weights weights = reading.weights(WEIGHTS)
                .turn("W_enc", "encoder.weight")
                .turn("W_dec", "decoder.weight")
                .rename("W_dec", "decoder") // Of July 2024: no layer but a matrix, made as the encoder's is.
                .rename("b_enc", "encoder.bias")
                .rename("b_dec", "bias", "decoder_bias", "decoder.bias")
                .rename("b_mag", "mag_bias")
                .rename("b_gate", "gate_bias")
                .ignore("k", "group_sizes", "threshold");
        int dIn = weights.size("W_enc", 0);
        int dSae = weights.size("W_enc", 1);
        if (!weights.contains("b_dec")) {
            weights.put("b_dec", new float[dIn]);
        }
        @Nullable Integer layer = fields.informativeInteger("trainer.layer");
        @Nullable String model = fields.informativeText("trainer.lm_name");
        Config written = Config.of(kind.architecture, dIn, dSae)
                .with("apply_b_dec_to_input", kind.subtractsBias)
                .with("k", kind == Kind.TOP_K ? reading.override("k").orElseGet(() -> fields.size("trainer.k")) : null)
                .about("model_name", model == null ? reading.model(null) : model)
                .about("hook_name", hook(layer, fields.informativeText("trainer.submodule_name")))
                .about("dataset_path", "monology/pile-uncopyrighted")
                .about("context_size", fields.informativeInteger("buffer.ctx_len"));
        return Parts.of(written.json(), CONFIG, weights);
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
                    throw new SaeLoadException(CONFIG + ": trainer.dict_class is " + dictClass
                            + ", which is not known. Known are: AutoEncoder, AutoEncoderNew, GatedAutoEncoder,"
                            + " AutoEncoderTopK, BatchTopKSAE, MatryoshkaBatchTopKSAE, JumpReluAutoEncoder.");
            };
        }
    }
}
