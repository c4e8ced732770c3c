package io.github.sae4j.loader;

import io.github.sae4j.loader.internal.names.Release;
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
 * @since 0.1
 */
public final class SaeRelease {

    private final Release known;
    private final List<PublishedSae> saes;

    SaeRelease(Release known) {
        this.known = known;
        this.saes = known.saes().stream().map(PublishedSae::new).toList();
    }

    Release known() {
        return known;
    }

    /** Returns the release's name. */
    public String name() {
        return known.name();
    }

    /** Returns where they lie, {@code owner/name}. */
    public String repository() {
        return known.repository();
    }

    /** Returns the layout of their files, empty to recognise it from them. */
    public Optional<String> format() {
        return Optional.ofNullable(known.format());
    }

    /** Returns the language model whose activations they take, if that is known. */
    public Optional<String> model() {
        return Optional.ofNullable(known.model());
    }

    /** Returns the SAEs. */
    public List<PublishedSae> saes() {
        return saes;
    }
}
