package io.github.sae4j.data.activations;

import io.github.sae4j.core.HookSpellings;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.TokenRange;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says which numbers of files are the activations, and which tokens are read.
 *
 * <pre>{@code
 * try (Activations activations = Activations.from(Path.of("x.parquet"))
 *         .tensor("resid")
 *         .skipFirst(1)
 *         .tokens(0, 100_000)
 *         .openFor(sae)) {
 *     System.out.println(activations.layout().tokens() + " tokens");
 * }
 * }</pre>
 *
 * <p>Not for use by several threads at once.
 *
 * @since 0.1
 */
public final class ActivationsBuilder {

    private final ActivationSource source;
    private @Nullable String tensor;
    private Layers layers = Layers.NONE;
    private Sequences sequences = Sequences.NONE;
    private @Nullable String sequenceColumn;
    private int skipFirst;
    private Set<Long> skipTokens = Set.of();
    private double maxNormMultiple = Double.POSITIVE_INFINITY;
    private TokenRange range = TokenRange.ALL;
    private IdUse ids = IdUse.NONE;
    private boolean allowNonFinite;

    ActivationsBuilder(ActivationSource source) {
        this.source = source;
    }

    /** Sets the array or column that holds the activations; by default the only one that fits the SAE. */
    public ActivationsBuilder tensor(String name) {
        tensor = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * Sets the layer that is read of activations {@code [tokens, layers, d_in]}, as vLLM saves them; by default the one that the
     * SAE's hook names, see {@link HookSpellings#layerId}.
     */
    public ActivationsBuilder layer(int id) {
        layers = new Layers(id, layers.ids(), true);
        return this;
    }

    /** Sets the ids of all layers of activations {@code [tokens, layers, d_in]}, in their order; needed where there are several. */
    public ActivationsBuilder layerIds(List<Integer> ids) {
        layers = new Layers(layers.id(), List.copyOf(Objects.requireNonNull(ids, "ids")), true);
        return this;
    }

    /**
     * Sets how many tokens each sequence of activations {@code [tokens, d_in]} has.
     *
     * @throws IllegalArgumentException if that is less than 1
     */
    public ActivationsBuilder sequenceLength(int tokens) {
        if (tokens < 1) {
            throw new IllegalArgumentException("A sequence has at least 1 token, not " + tokens + ".");
        }
        sequences = Sequences.of(tokens);
        return this;
    }

    /** Says that each file is one sequence. */
    public ActivationsBuilder eachFileIsASequence() {
        sequences = Sequences.EACH_FILE;
        return this;
    }

    /** Sets the array or column of the same file that says which sequence each token is of. */
    public ActivationsBuilder sequenceColumn(String name) {
        sequenceColumn = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * Leaves out the first tokens of each sequence; their rows have no features, and no measure counts them.
     *
     * @throws IllegalArgumentException if that are fewer than none
     */
    public ActivationsBuilder skipFirst(int tokens) {
        if (tokens < 0) {
            throw new IllegalArgumentException("At least 0 tokens are skipped, not " + tokens + ".");
        }
        skipFirst = tokens;
        return this;
    }

    /** Leaves out the tokens with these ids, which lie beside the activations. */
    public ActivationsBuilder skipTokens(Set<Long> tokenIds) {
        skipTokens = Set.copyOf(Objects.requireNonNull(tokenIds, "tokenIds"));
        return this;
    }

    /**
     * Leaves out the tokens whose norm is above a multiple of the median norm; the activations are read once more for that.
     *
     * @throws IllegalArgumentException if it is not above 0
     */
    public ActivationsBuilder maxNormMultiple(double multiple) {
        if (!(multiple > 0)) {
            throw new IllegalArgumentException("The multiple of the median norm must be above 0, but is " + multiple);
        }
        maxNormMultiple = multiple;
        return this;
    }

    /** Reads a stretch of the tokens only, counted over all files. */
    public ActivationsBuilder tokens(TokenRange tokens) {
        range = Objects.requireNonNull(tokens, "tokens");
        return this;
    }

    /**
     * Reads a stretch of the tokens only, counted from 0 over all files.
     *
     * @param from the first
     * @param to the one after the last, which may lie beyond all that there are
     * @throws IllegalArgumentException if {@code from} is below 0, or {@code to} not above it
     */
    public ActivationsBuilder tokens(long from, long to) {
        return tokens(new TokenRange(from, to));
    }

    /** Reads the tokens' ids with them, where a file has them beside the activations. */
    public ActivationsBuilder withIds() {
        ids = IdUse.CARRIED;
        return this;
    }

    /** Reads the tokens' ids with them, as a folder for delphi needs them; opening fails where a file has none. */
    public ActivationsBuilder requireIds() {
        ids = IdUse.REQUIRED;
        return this;
    }

    /** Lets NaN and infinity through; by default they are refused. */
    public ActivationsBuilder allowNonFinite(boolean allow) {
        allowNonFinite = allow;
        return this;
    }

    /**
     * Opens the first file, and checks the arrays of all.
     *
     * @param sae what is to take the activations
     * @return the activations, which the caller closes
     * @throws DataException if there is no such array, it does not fit the SAE, or files do not fit each other
     */
    public Activations openFor(SparseAutoencoder sae) {
        return openFor(InputRequirements.of(sae, allowNonFinite));
    }

    /**
     * Opens the first file for a set of layers, and checks the arrays of all.
     *
     * @param requirements what the activations must fit, {@linkplain InputRequirements#withLayers with the layers} of the set
     * @return the activations, which the caller closes
     * @throws IllegalArgumentException if the requirements are those of one SAE
     * @throws DataException if there is no such array, it has no axis of tokens or none of as many layers, files do not fit each
     *     other, or tokens or a layer are chosen: of a set all are read
     */
    public LayeredActivations openLayersFor(InputRequirements requirements) {
        if (requirements.layers() == 0) {
            throw new IllegalArgumentException(
                    requirements.name() + " is one SAE: withLayers(...) says how many layers a set has.");
        }
        return new LayeredActivations(openFor(requirements), requirements);
    }

    /**
     * Opens the first file, and checks the arrays of all.
     *
     * @param requirements what the activations must fit; numbers that are not finite are let through if they say so or {@link
     *     #allowNonFinite} does
     * @return the activations, which the caller closes
     * @throws DataException if there is no such array, it does not fit, or files do not fit each other
     */
    public Activations openFor(InputRequirements requirements) {
        OptionalInt hook = requirements
                .config()
                .metadata()
                .hookName()
                .map(HookSpellings::layerId)
                .orElse(OptionalInt.empty());
        Layers chosen = requirements.layers() > 0 ? layers : layers.orWhereRead(hook);
        return Activations.open(new ActivationRequest(
                source,
                new TensorChoice(tensor, chosen, sequences.withDocuments(sequenceColumn)),
                allowNonFinite ? requirements.withNonFinite(true) : requirements,
                range,
                new Skipping(skipFirst, skipTokens, maxNormMultiple),
                ids));
    }
}
