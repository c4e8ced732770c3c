package io.github.sae4j.loader;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some SAEs that were published together.
 *
 * @param name the release's name
 * @param repository where they lie, {@code owner/name}
 * @param format the layout of their files, or null to recognise it from them
 * @param model the language model whose activations they take, or null if that is not known
 * @param saes the SAEs
 */
public record SaeRelease(
        String name,
        String repository,
        @Nullable String format,
        @Nullable String model,
        List<PublishedSae> saes) {

    /** Copies the list. */
    public SaeRelease {
        SAE.requirePresent(name, "name");
        SAE.requirePresent(repository, "repository");
        saes = List.copyOf(SAE.requirePresent(saes, "saes"));
    }
}
