package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.SaeFolder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The crosscoders and SAEs of science-of-finetuning's dictionary_learning: from a hub {@code config.json},
 * {@code model.safetensors} and {@code trainer_config.json}, from its trainer {@code config.json} and
 * {@code model_final.pt}. Several models or layers lie side by side and share their features.
 *
 * <p>Minder et al., "Overcoming Sparsity Artifacts in Crosscoders to Interpret Chat-Tuning" (arXiv 2504.02922). A feature
 * {@code p} is active where {@code p c} is above the threshold, {@code c} being made of the norms of its decoder rows.
 */
final class DictionaryCrosscoderFormat implements Format {

    private static final String CONFIG = "config.json";
    private static final String TRAINER = "trainer_config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final String WEIGHTS_PT = "model_final.pt";
    private static final int NONE = 4;

    /** By {@code code_normalization_id}, from 1. */
    private static final List<String> NORMALIZATIONS = List.of("CROSSCODER", "SAE", "MIXED", "NONE", "DECOUPLED");

    private static final Inert INERT = Inert.none()
            .and("not needed: told to the trainer; arguments and tensors count", "trainer.*", "buffer", "buffer.*")
            .and("not needed: the tensors tell", "activation_dim", "dict_size", "num_layers", "num_decoder_layers")
            .and("not needed: the tensors tell", "activation_mean", "activation_std", "activation_global_scale")
            .and("not needed: the threshold stands for it", "k")
            .and("not needed: of another normalisation", "code_normalization_alpha_cc", "code_normalization_alpha_sae")
            .and(Inert.TRAINING, "target_rms", "norm_init_scale", "encoder_init_norm", "init_with_transpose")
            .and(Inert.TRAINING, "same_init_for_all_layers");

    @Override
    public String label() {
        return "dictionary_learning_crosscoder";
    }

    @Override
    public List<String> markers() {
        return List.of(CONFIG, WEIGHTS);
    }

    @Override
    public boolean fits(SaeFolder place) {
        return !Format.isFileName(place)
                && place.has(CONFIG)
                && (place.has(WEIGHTS) ? place.has(TRAINER) : place.has(WEIGHTS_PT));
    }

    @Override
    public Parts read(Reading reading) {
        SaeFolder place = reading.place();
        boolean hub = place.has(WEIGHTS);
        Fields trainer = reading.fields(hub ? TRAINER : CONFIG, "trainer", "buffer");
        @Nullable String kind = trainer.text("trainer.dict_class");
        @Nullable String model = trainer.informativeText("trainer.lm_name");
        @Nullable Integer layer = trainer.informativeInteger("trainer.layer");
        if (kind == null
                || !List.of("CrossCoder", "BatchTopKCrossCoder", "BatchTopKSAE").contains(kind)) {
            throw new SaeLoadException(
                    Reason.UNSUPPORTED,
                    (hub ? TRAINER : CONFIG) + ": trainer.dict_class is " + kind
                            + ", which is not known here. Known are: CrossCoder, BatchTopKCrossCoder, BatchTopKSAE.");
        }
        trainer.close(reading.accounts(), "a crosscoder", INERT);
        @Nullable String said = null;
        if (hub) {
            Fields arguments = reading.fields(CONFIG);
            said = arguments.oneOf("code_normalization", NORMALIZATIONS.toArray(String[]::new));
            for (String unknown : List.of("encoder_layers", "latent_processor")) {
                if (arguments.has(unknown)) {
                    throw arguments.unsupported(unknown, "set", "which is not known of crosscoders.");
                }
            }
            arguments.close(reading.accounts(), "a crosscoder", INERT);
        }
        Weights weights = reading.weights(hub ? WEIGHTS : WEIGHTS_PT)
                .withoutPrefix("_orig_mod.")
                .rename("b_enc", "encoder.bias");
        Parts parts = kind.equals("BatchTopKSAE")
                ? sae(reading, weights, model, layer)
                : crosscoder(reading, weights, kind, said, model, layer);
        return parts;
    }

    private static Parts sae(Reading reading, Weights weights, @Nullable String model, @Nullable Integer layer) {
        weights.turn("W_enc", "encoder.weight")
                .turn("W_dec", "decoder.weight")
                .unneeded("the threshold stands for it", "k");
        int dIn = weights.size("W_enc", 0);
        Config written = Config.of("jumprelu", dIn, weights.size("W_enc", 1))
                .with("apply_b_dec_to_input", true)
                .about("model_name", reading.model(model))
                .about("hook_name", hook(layer));
        return Parts.of(written.json(), CONFIG, weights).withFactors(ActivationNormalizer.of(weights, 1, dIn));
    }

    private static Parts crosscoder(
            Reading reading,
            Weights weights,
            String kind,
            @Nullable String said,
            @Nullable String model,
            @Nullable Integer layer) {
        long[] shape = weights.shape("encoder.weight");
        if (shape.length != 3) {
            throw new SaeLoadException(
                    Reason.INVALID_TENSORS,
                    weights.path() + ": encoder.weight should have three axes, one of them for the"
                            + " models or layers, but has " + shape.length + ".");
        }
        int normalization = normalization(weights, said);
        weights.rename("W_enc", "encoder.weight")
                .rename("W_dec", "decoder.weight")
                .rename("b_dec", "decoder.bias")
                .flatten("W_enc", new int[] {0, 1, 2}, 0)
                .flatten("W_dec", new int[] {1, 0, 2}, 1)
                .flatten("b_dec", new int[] {0, 1}, 0)
                .unneeded("the threshold stands for it", "k");
        int width = weights.size("W_enc", 0);
        int dSae = weights.size("W_enc", 1);
        int segments = (int) shape[0];
        boolean relu = kind.equals("CrossCoder");
        if (!relu) {
            requireCodes(weights, normalization);
            float threshold = weights.number("threshold");
            weights.put("threshold", () -> thresholds(weights, threshold, normalization, segments, width, dSae));
        }
        Config written = Config.of(relu ? "crosscoder" : "jumprelu_crosscoder", width, dSae)
                .with("reshape_activations", "segments")
                .about("model_name", reading.model(model))
                .about("hook_name", hook(layer));
        return Parts.of(written.json(), CONFIG, weights)
                .withFactors(ActivationNormalizer.of(weights, segments, width))
                .withSegments(segments);
    }

    private static @Nullable String hook(@Nullable Integer layer) {
        return layer == null ? null : "blocks." + layer + ".hook_resid_post";
    }

    /** Returns the number of the code normalisation; files of the beginning have none, and none but the first was there. */
    private static int normalization(Weights weights, @Nullable String said) {
        int id = weights.contains("code_normalization_id")
                ? weights.size("code_normalization_id")
                : said == null ? 1 : NORMALIZATIONS.indexOf(said) + 1;
        if (id > NORMALIZATIONS.size() || (said != null && !said.equals(NORMALIZATIONS.get(id - 1)))) {
            throw new SaeLoadException(
                    Reason.INVALID_TENSORS,
                    weights.path() + ": code_normalization_id is " + id + ", but " + CONFIG + " says " + said + ".");
        }
        return id;
    }

    private static void requireCodes(Weights weights, int normalization) {
        String name = NORMALIZATIONS.get(normalization - 1);
        if (name.equals("DECOUPLED") || name.equals("MIXED")) {
            throw new SaeLoadException(
                    Reason.UNSUPPORTED,
                    weights.path() + ": code_normalization is " + name + ", "
                            + (name.equals("MIXED")
                                    ? "a mixture that is not supported."
                                    : "so that features and thresholds differ from model to model, which is not supported."));
        }
    }

    private static float[] thresholds(
            Weights weights, float threshold, int normalization, int segments, int width, int dSae) {
        float[] thresholds = new float[dSae];
        Arrays.fill(thresholds, threshold);
        if (normalization == NONE) {
            return thresholds;
        }
        WeightMatrix decoder = weights.matrix("W_dec", dSae, width);
        DecoderNorms.divide(thresholds, DecoderNorms.norms(decoder, normalization == 1 ? segments : 1));
        return thresholds;
    }
}
