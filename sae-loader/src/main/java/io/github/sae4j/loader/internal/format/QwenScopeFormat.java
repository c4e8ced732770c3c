package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Qwen Scope: {@code layerN.sae.pt} with both matrices transposed; {@code k} and the model are said by the repository's name,
 * {@code SAE-Res-<model>-W<n>K-L0_<k>}.
 */
final class QwenScopeFormat implements Format {

    private static final Pattern FILE = Pattern.compile("layer(\\d+)\\.sae\\.pt");
    private static final Pattern REPOSITORY = Pattern.compile("SAE-Res-(.+)-W\\d+K-L0_(\\d{1,9})");

    @Override
    public String label() {
        return "qwen_scope";
    }

    @Override
    public List<String> markers() {
        return List.of();
    }

    @Override
    public boolean fits(SaeFolder place) {
        return FILE.matcher(place.name()).matches() && place.parent().has(place.name());
    }

    @Override
    public Parts read(Reading reading) {
        SaeFolder place = reading.place();
        Weights weights = reading.weights(place.parent(), place.name())
                .turn("W_enc", "W_enc")
                .turn("W_dec", "W_dec");
        Matcher named = REPOSITORY.matcher(reading.where());
        boolean found = named.find();
        int k = reading.override("k").orElseGet(() -> {
            if (!found) {
                throw new SaeLoadException(
                        Reason.NEEDS_OVERRIDE,
                        place.label() + " does not say k, how many features of a token are active;"
                                + " the publisher's repository does in its name (…-L0_50). Give it: override(\"k\", 50).");
            }
            return Integer.valueOf(named.group(2));
        });
        @Nullable Integer layer = Reading.number(FILE, place.name());
        Config written = Config.of("topk", weights.size("W_enc", 0), weights.size("W_enc", 1))
                .with("k", k)
                .about("model_name", reading.model(found ? "Qwen/" + named.group(1) : null))
                .about("hook_name", layer == null ? null : "blocks." + layer + ".hook_resid_post")
                .about("hf_hook_name", layer == null ? null : "model.layers." + layer);
        return Parts.of(written.json(), place.name(), weights);
    }
}
