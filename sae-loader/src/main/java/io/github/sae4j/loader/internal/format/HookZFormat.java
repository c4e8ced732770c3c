package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Kissane's and Krzyzanowski's SAEs of attention heads: {@code X.pt} and, beside it, {@code X_cfg.json}. */
final class HookZFormat implements Format {

    private static final Inert INERT = Inert.none()
            .and(Inert.MACHINE, "device", "seed", "enc_dtype")
            .and(Inert.DESCRIPTION, "name", "site", "layer", "head", "concat_heads", "wandb_project_name")
            .and(Inert.TRAINING, "batch_size", "buffer_mult", "buffer_size", "buffer_batches", "model_batch_size", "lr")
            .and(
                    Inert.TRAINING,
                    "num_tokens",
                    "num_eval_tokens",
                    "l1_coeff",
                    "beta1",
                    "beta2",
                    "reinit",
                    "re_init_every")
            .and(Inert.TRAINING, "resample_scheme", "resample_factor", "num_resamples", "anthropic_resample_last")
            .and(Inert.TRAINING, "anthropic_neuron_resample_scale", "dead_direction_cutoff", "save_state_dict_every")
            .and(Inert.TRAINING, "b_dec_init", "sched_type", "sched_epochs", "sched_lr_factor", "sched_warmup_epochs")
            .and(Inert.TRAINING, "sched_finish", "expansion_factor", "dict_mult", "steps", "save_every", "val_freq");

    @Override
    public String label() {
        return "connor_rob_hook_z";
    }

    @Override
    public List<String> markers() {
        return List.of();
    }

    @Override
    public boolean fits(SaeFolder place) {
        return place.name().endsWith(".pt") && place.parent().has(config(place));
    }

    private static String config(SaeFolder place) {
        return place.name().replaceFirst("\\.pt$", "") + "_cfg.json";
    }

    @Override
    public Parts read(Reading reading) {
        SaeFolder place = reading.place();
        String file = config(place);
        Fields fields = reading.fields(place.parent(), file);
        int dIn = fields.size("act_size");
        int dSae = fields.size("dict_size");
        @Nullable String hook = fields.text("act_name");
        Config written = Config.of("standard", dIn, dSae)
                .with("apply_b_dec_to_input", true)
                .with("reshape_activations", "hook_z")
                .about("model_name", fields.text("model_name"))
                .about("hook_name", hook)
                .about("dataset_path", "Skylion007/openwebtext")
                .about("context_size", fields.informativeInteger("seq_len"));
        fields.close(reading.accounts(), "an SAE of attention heads", INERT);
        Weights weights = reading.weights(place.parent(), place.name());
        return Parts.of(written.json(), file, weights);
    }
}
