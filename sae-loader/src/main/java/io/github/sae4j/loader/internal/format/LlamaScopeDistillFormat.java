package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonObject;
import io.github.sae4j.loader.internal.SaeFolder;
import io.github.sae4j.loader.internal.SaeLensFiles;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Llama Scope R1 Distill: {@code config.json} and {@code sae_weights.safetensors}, with the logarithms of the thresholds. The
 * factor that activations are scaled by is in no file; the registry has it.
 */
final class LlamaScopeDistillFormat implements Format {

    private static final String CONFIG = "config.json";
    private static final String LOG_THRESHOLD = "log_jumprelu_threshold";

    @Override
    public String label() {
        return "llama_scope_r1_distill";
    }

    @Override
    public List<String> markers() {
        return List.of(CONFIG, SaeLensFiles.WEIGHTS);
    }

    @Override
    public boolean fits(SaeFolder place) {
        return Format.super.fits(place) && !place.has(SaeLensFiles.CONFIG);
    }

    @Override
    public Parts read(Reading reading) {
        JsonObject config = reading.json(CONFIG);
        Fields fields = Fields.of(CONFIG, config);
        int dIn = fields.size("d_model");
        int dSae = fields.sizeInUnits("expansion_factor", dIn);
        Weights weights = LlamaScopeFormat.linear(reading.weights(SaeLensFiles.WEIGHTS));
        float[] threshold = weights.vector(LOG_THRESHOLD, dSae);
        for (int feature = 0; feature < dSae; feature++) {
            threshold[feature] = (float) Math.exp(threshold[feature]);
        }
        weights.put("threshold", threshold);
        @Nullable String hook = fields.text("hook_point_in");
        Config written = Config.of("jumprelu", dIn, dSae)
                .with("dtype", fields.text("dtype"))
                .with("normalize_activations", "expected_average_only_in")
                .about("model_name", reading.model(null))
                .about(
                        "hook_name",
                        hook == null ? LlamaScopeFormat.hook(reading.place().name()) : hook)
                .about("dataset_path", "cerebras/SlimPajama-627B")
                .about("context_size", 1024);
        return Parts.of(written.json(), CONFIG, weights);
    }
}
