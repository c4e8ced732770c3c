package io.github.sae4j.loader;

import io.github.sae4j.loader.internal.names.NamedFacts;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * One SAE of a release; immutable.
 *
 * <pre>{@code
 * PublishedSae published = SAE.releases().stream()
 *         .flatMap(release -> release.saes().stream())
 *         .filter(candidate -> candidate.l0().orElse(Double.MAX_VALUE) < 50)
 *         .findFirst()
 *         .orElseThrow();
 * SaeDescription description = SAE.from(published.name()).describe();
 * }</pre>
 *
 * @param release the release's name
 * @param id its id in the release
 * @param repository where it lies, {@code owner/name}
 * @param folder its folder or file in the repository
 * @param l0 how many features are active per token on average, if that was published
 * @param neuronpediaId its id on Neuronpedia, {@code model/layer-source}, if it is there
 * @param normScalingFactor what activations are multiplied by before they are encoded, if that is known apart from the
 *     files
 * @since 0.1
 */
public record PublishedSae(
        String release,
        String id,
        String repository,
        String folder,
        OptionalDouble l0,
        Optional<String> neuronpediaId,
        OptionalDouble normScalingFactor) {

    /** Checks that nothing is missing. */
    public PublishedSae {
        SAE.requirePresent(release, "release");
        SAE.requirePresent(id, "id");
        SAE.requirePresent(repository, "repository");
        SAE.requirePresent(folder, "folder");
        SAE.requirePresent(l0, "l0");
        SAE.requirePresent(neuronpediaId, "neuronpediaId");
        SAE.requirePresent(normScalingFactor, "normScalingFactor");
    }

    /** Returns the name that {@link SAE#fromPretrained(String)} takes, {@code release:id}. */
    public String name() {
        return release + ":" + id;
    }

    /** Returns the layer of the model that the names tell; empty if they tell none. */
    public OptionalInt layer() {
        return NamedFacts.layer(this);
    }

    /**
     * Returns about how many features the SAE has, as the names tell, {@code 16k} as 16,000; empty if they do not. {@link
     * SaeLoader#describe()} knows it exactly.
     */
    public OptionalDouble width() {
        return NamedFacts.width(this);
    }

    /** Returns how many features are active per token on average, as was published or else as the names tell. */
    public OptionalDouble likelyL0() {
        return l0.isPresent() ? l0 : NamedFacts.l0(this);
    }
}
