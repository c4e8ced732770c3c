package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Kissane's crosscoders of two models: {@code cfg.json} and {@code cc_weights.pt}. A crosscoder is a standard SAE over the
 * models' activations side by side, each multiplied by a factor that is in no file.
 */
final class ModelDiffCrosscoderFormat implements Format {

    private static final String CONFIG = "cfg.json";
    private static final String WEIGHTS = "cc_weights.pt";

    private static final Inert INERT = Inert.none()
            .and(Inert.MACHINE, "device", "seed", "enc_dtype")
            .and(Inert.DESCRIPTION, "site", "layer", "name")
            .and(
                    Inert.TRAINING,
                    "batch_size",
                    "buffer_mult",
                    "lr",
                    "num_tokens",
                    "l1_coeff",
                    "beta1",
                    "beta2",
                    "seq_len")
            .and(Inert.TRAINING, "model_batch_size", "log_every", "save_every", "dec_init_norm", "wandb_project")
            .and(
                    Inert.TRAINING,
                    "wandb_entity",
                    "dump_dir",
                    "buffer_size",
                    "buffer_batches",
                    "norm_every",
                    "total_steps");

    @Override
    public String label() {
        return "crosscoder_kissane";
    }

    @Override
    public List<String> markers() {
        return List.of(CONFIG, WEIGHTS);
    }

    @Override
    public Parts read(Reading reading) {
        SaeFolder place = reading.place();
        Fields fields = reading.fields(CONFIG);
        int width = fields.size("d_in");
        int dSae = fields.size("dict_size");
        @Nullable String model = fields.informativeText("model_name");
        @Nullable String hook = fields.informativeText("hook_point");
        fields.close(reading.accounts(), "a crosscoder", INERT);
        Weights weights = reading.weights(WEIGHTS);
        weights.requireAxes("W_enc", 3, 3);
        long models = weights.shape("W_enc")[0];
        weights.flatten("W_enc", new int[] {0, 1, 2}, 0)
                .flatten("W_dec", new int[] {0, 1, 2}, 1)
                .flatten("b_dec", new int[] {0, 1}, 0);
        int dIn = weights.size("W_enc", 0);
        if (dIn != models * width) {
            throw new SaeLoadException(
                    Reason.INVALID_TENSORS,
                    weights.path() + ": W_enc has " + dIn / models + " elements for each of its " + models
                            + " models, but " + CONFIG + " says d_in = " + width + ".");
        }
        Config written = Config.of("crosscoder", dIn, dSae)
                .with("reshape_activations", "segments")
                .with("normalize_activations", "expected_average_only_in")
                .about("model_name", reading.model(model))
                .about("hook_name", hook == null ? place.name() : hook);
        return Parts.of(written.json(), CONFIG, weights).withSegments((int) models);
    }
}
