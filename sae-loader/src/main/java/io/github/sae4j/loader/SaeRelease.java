package io.github.sae4j.loader;

import java.util.List;
import java.util.Optional;

/**
 * Some SAEs that were published together; immutable.
 *
 * <pre>{@code
 * for (SaeRelease release : SAE.releases()) {
 *     if (release.model().filter("gemma-2-2b"::equals).isPresent()) {
 *         System.out.println(release.name() + ": " + release.saes().size() + " SAEs");
 *     }
 * }
 * }</pre>
 *
 * @param name the release's name
 * @param repository where they lie, {@code owner/name}
 * @param format the layout of their files, empty to recognise it from them
 * @param model the language model whose activations they take, if that is known
 * @param saes the SAEs
 * @since 0.1
 */
public record SaeRelease(
        String name, String repository, Optional<String> format, Optional<String> model, List<PublishedSae> saes) {

    /** Copies the list. */
    public SaeRelease {
        SAE.requirePresent(name, "name");
        SAE.requirePresent(repository, "repository");
        SAE.requirePresent(format, "format");
        SAE.requirePresent(model, "model");
        saes = List.copyOf(SAE.requirePresent(saes, "saes"));
    }
}
