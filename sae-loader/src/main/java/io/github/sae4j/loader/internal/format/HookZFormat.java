package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Kissane's and Krzyzanowski's SAEs of attention heads: {@code X.pt} and, beside it, {@code X_cfg.json}. */
final class HookZFormat implements Format {

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
        Fields fields = Fields.of(
                file,
                reading.json(place.parent(), file)
                        .orElseThrow(() -> new SaeLoadException(place.parent().label() + " has no " + file + ".")));
        Weights weights = reading.weights(place.parent(), place.name());
        @Nullable String hook = fields.text("act_name");
        Config written = Config.of("standard", fields.size("act_size"), fields.size("dict_size"))
                .with("apply_b_dec_to_input", true)
                .with("reshape_activations", "hook_z")
                .about("model_name", fields.text("model_name"))
                .about("hook_name", hook)
                .about("dataset_path", "Skylion007/openwebtext")
                .about("context_size", fields.informativeInteger("seq_len"));
        return Parts.of(written.json(), file, weights);
    }
}
