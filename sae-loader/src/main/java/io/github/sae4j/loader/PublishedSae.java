package io.github.sae4j.loader;

import io.github.sae4j.loader.internal.names.KnownSae;
import io.github.sae4j.loader.internal.names.NamedFacts;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

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
 * @since 0.1
 */
public final class PublishedSae {

    private final KnownSae known;

    PublishedSae(KnownSae known) {
        this.known = known;
    }

    KnownSae known() {
        return known;
    }

    /** Returns the release's name. */
    public String release() {
        return known.release();
    }

    /** Returns its id in the release. */
    public String id() {
        return known.id();
    }

    /** Returns where it lies, {@code owner/name}. */
    public String repository() {
        return known.repository();
    }

    /** Returns its folder or file in the repository. */
    public String folder() {
        return known.folder();
    }

    /** Returns how many features are active per token on average, if that was published. */
    public OptionalDouble l0() {
        return known.l0();
    }

    /** Returns its id on Neuronpedia, {@code model/layer-source}, if it is there. */
    public Optional<String> neuronpediaId() {
        return known.neuronpediaId();
    }

    /** Returns what activations are multiplied by before they are encoded, if that is known apart from the files. */
    public OptionalDouble normScalingFactor() {
        return known.normScalingFactor();
    }

    /** Returns the name that {@link SAE#fromPretrained(String)} takes, {@code release:id}. */
    public String name() {
        return known.name();
    }

    /** Returns the layer of the model that the names tell; empty if they tell none. */
    public OptionalInt layer() {
        return NamedFacts.layer(known);
    }

    /**
     * Returns about how many features the SAE has, as the names tell, {@code 16k} as 16,000; empty if they do not. {@link
     * SaeLoader#describe()} knows it exactly.
     */
    public OptionalDouble width() {
        return NamedFacts.width(known);
    }

    /** Returns how many features are active per token on average, as was published or else as the names tell. */
    public OptionalDouble likelyL0() {
        return l0().isPresent() ? l0() : NamedFacts.l0(known);
    }

    /** Returns whether the other is the same SAE, of which the same is known. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PublishedSae sae && known.equals(sae.known);
    }

    @Override
    public int hashCode() {
        return known.hashCode();
    }

    /** Returns the name. */
    @Override
    public String toString() {
        return name();
    }
}
