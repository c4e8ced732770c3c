package io.github.sae4j.loader;

import org.jspecify.annotations.Nullable;

/**
 * One SAE of a release.
 *
 * @param release the release's name
 * @param id its id in the release
 * @param repository where it lies, {@code owner/name}
 * @param folder its folder or file in the repository
 * @param l0 how many features are active per token on average, or null if that was not published
 * @param neuronpediaId its id on Neuronpedia, {@code model/layer-source}, or null if it is not there
 * @param normScalingFactor what activations are multiplied by before they are encoded, or null if that is not known apart
 *     from the files
 */
public record PublishedSae(
        String release,
        String id,
        String repository,
        String folder,
        @Nullable Double l0,
        @Nullable String neuronpediaId,
        @Nullable Double normScalingFactor) {

    /** Checks that nothing is missing. */
    public PublishedSae {
        SAE.requirePresent(release, "release");
        SAE.requirePresent(id, "id");
        SAE.requirePresent(repository, "repository");
        SAE.requirePresent(folder, "folder");
    }

    /** Returns the name that {@link SAE#fromPretrained(String)} takes, {@code release:id}. */
    public String name() {
        return release + ":" + id;
    }
}
