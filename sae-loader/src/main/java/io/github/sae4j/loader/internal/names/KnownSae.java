package io.github.sae4j.loader.internal.names;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One SAE of a release; {@link io.github.sae4j.loader.PublishedSae} tells it.
 *
 * @param release the release's name
 * @param id its id in the release
 * @param repository where it lies, {@code owner/name}
 * @param folder its folder or file in the repository
 * @param l0 how many features are active per token on average, if that was published
 * @param neuronpediaId its id on Neuronpedia, if it is there
 * @param normScalingFactor what activations are multiplied by before they are encoded, if that is known apart from the files
 */
public record KnownSae(
        String release,
        String id,
        String repository,
        String folder,
        OptionalDouble l0,
        Optional<String> neuronpediaId,
        OptionalDouble normScalingFactor) {

    /** Returns the name that users give it, {@code release:id}. */
    public String name() {
        return release + ":" + id;
    }
}
