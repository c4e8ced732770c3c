package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.SaeCapabilities;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.loader.PublishedSae;
import io.github.sae4j.loader.SaeDescription;
import java.util.List;
import java.util.Optional;

/** What files say of an SAE; {@link SaeDescription} tells it. */
public record Described(
        String name,
        Optional<String> repository,
        Optional<String> commit,
        SaeConfig config,
        SaeCapabilities capabilities,
        double normScalingFactor,
        List<SaeDescription.Tensor> tensors,
        List<SaeDescription.Use> uses,
        List<SaeDescription.File> files,
        Optional<PublishedSae> published) {

    /** Copies the lists. */
    public Described {
        tensors = List.copyOf(tensors);
        uses = List.copyOf(uses);
        files = List.copyOf(files);
    }
}
