package io.github.sae4j.data.features;

import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeSource;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.TokenRange;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.LayeredActivations;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.activations.TokenPlace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The features that are to be written: what they are of, and where they come from. Immutable, and as safe for use by several
 * threads as what its provenance is asked of.
 *
 * <p>{@link #of(ActivationReader, SparseAutoencoder)} takes all from a reader; for activations in memory:
 *
 * <pre>{@code
 * FeatureStream stream = FeatureStream.of("prompts of today", Layout.of(activations.length), sae);
 * try (FeatureSink sink = FeatureSink.to(Path.of("features.npz"), stream)) {
 *     sink.write(TokenBatch.of(activations), sae.encode(activations));
 *     sink.publish();
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class FeatureStream {

    /** What the ids are called in files. */
    static final String TOKEN_IDS = "token_ids";

    private final Layout layout;
    private final SaeConfig config;
    private final boolean hasIds;
    private final Supplier<Provenance> provenance;
    private final long first;
    private final @Nullable ActivationReader reader;

    private FeatureStream(
            Layout layout,
            SaeConfig config,
            boolean hasIds,
            Supplier<Provenance> provenance,
            long first,
            @Nullable ActivationReader reader) {
        this.layout = Objects.requireNonNull(layout, "layout");
        this.config = Objects.requireNonNull(config, "config");
        this.hasIds = hasIds;
        this.provenance = Objects.requireNonNull(provenance, "provenance");
        this.first = first;
        this.reader = reader;
    }

    /**
     * Returns all features that an SAE finds in what a reader reads. They go with all that is needed to decode them rightly: the
     * SHA-256 of the SAE's weights, and the settings that change what it computes.
     *
     * @param reader the activations
     * @param sae encodes them; its weights' file is read once for its SHA-256, when the provenance is first asked for
     */
    public static FeatureStream of(ActivationReader reader, SparseAutoencoder sae) {
        return new FeatureStream(
                reader.layout(),
                sae.config(),
                reader.hasIds(),
                () -> Provenance.builder().sae(sae).source(reader).build(),
                0,
                reader);
    }

    /**
     * Returns all features that an SAE finds in activations that are in memory, as {@link #of(ActivationReader,
     * SparseAutoencoder)} does.
     *
     * @param source how to name the activations
     * @param layout how the tokens are arranged
     * @param sae encodes them
     */
    public static FeatureStream of(String source, Layout layout, SparseAutoencoder sae) {
        Objects.requireNonNull(source, "source");
        return of(
                layout,
                sae.config(),
                () -> Provenance.builder()
                        .sae(sae)
                        .source(source, List.of())
                        .heads(layout.heads())
                        .build());
    }

    /**
     * Returns features of anything else, a set of layers for example.
     *
     * @param layout how the tokens are arranged
     * @param config the SAE that makes the features
     * @param provenance where the features come from; asked for at the end, where the format lets it
     */
    public static FeatureStream of(Layout layout, SaeConfig config, Supplier<Provenance> provenance) {
        return new FeatureStream(layout, config, false, provenance, 0, null);
    }

    /**
     * Returns the features that a set of layers finds in all layers of some activations. They go with all that is needed to decode
     * them rightly, and each layer of a token is a row.
     *
     * @param activations what is encoded
     * @param set where the set's weights come from
     */
    public static FeatureStream of(LayeredActivations activations, SaeSource set) {
        Objects.requireNonNull(set, "set");
        return of(
                activations.layout(),
                activations.requirements().config(),
                () -> Provenance.builder()
                        .set(set)
                        .source(activations.sourceName(), activations.selected())
                        .build());
    }

    /**
     * Returns the features that a set of layers finds in one layer of some activations, without an axis of layers.
     *
     * @param activations what is encoded
     * @param set where the set's weights come from
     * @param layer the layer, from 0
     * @throws IllegalArgumentException if there is no such layer
     */
    public static FeatureStream ofLayer(LayeredActivations activations, SaeSource set, int layer) {
        Objects.requireNonNull(set, "set");
        if (layer < 0 || layer >= activations.layers()) {
            throw new IllegalArgumentException(
                    "There is no layer " + layer + ": there are " + activations.layers() + ".");
        }
        List<Setting.Value> chosen = new ArrayList<>(activations.selected());
        chosen.add(Setting.SET_LAYER.of(layer));
        return of(
                activations.layout().withoutLast(),
                activations.requirements().config(),
                () -> Provenance.builder()
                        .set(set)
                        .source(activations.sourceName(), chosen)
                        .build());
    }

    /** Returns the same features, whose tokens' ids are known and go with them. */
    public FeatureStream withIds() {
        return new FeatureStream(layout, config, true, provenance, first, reader);
    }

    /**
     * Returns the same features, of which it is told otherwise where they come from.
     *
     * @param told asked for at the end, where the format lets it
     */
    public FeatureStream withProvenance(Supplier<Provenance> told) {
        return new FeatureStream(layout, config, hasIds, told, first, reader);
    }

    /** Returns those of the features that are of a range of the tokens. */
    FeatureStream slice(TokenRange tokens) {
        return new FeatureStream(
                layout.slice(tokens),
                config,
                hasIds,
                () -> provenance.get().ofShard(tokens),
                Math.addExact(first, tokens.from()),
                null);
    }

    /**
     * Checks that the tokens are those of whole sequences of one length, or of one sequence, as far as their reader tells.
     *
     * @param needing what needs this
     * @throws DataException if they are not
     */
    void requireSequences(Setting needing) {
        if (reader == null || layout.hasSequences() || layout.tokens() == 0) {
            return;
        }
        if (reader.whole().hasSequences()) {
            Setting.Value range = reader.leftOut().stream()
                    .filter(setting -> setting.setting() == Setting.TOKENS)
                    .findFirst()
                    .orElse(Setting.TOKENS.named());
            throw noSequences(needing, range, " cuts those of " + reader.whole().sequence() + " tokens.");
        }
        TokenPlace begin = reader.place(0);
        TokenPlace end = reader.place(layout.tokens() - 1);
        if (!begin.file().equals(end.file()) || !begin.row().equals(end.row())) {
            throw noSequences(
                    needing, "the files of " + reader.sourceName() + " have several or no axis of sequences.");
        }
    }

    private static DataException noSequences(Setting needing, Object... why) {
        return new DataException(
                Reason.MISMATCH,
                Sentence.of(needing.named(), " needs whole sequences of one length, but ", Sentence.of(why)));
    }

    /** Returns how the tokens are arranged. */
    public Layout layout() {
        return layout;
    }

    /** Returns what the SAE computes that makes the features. */
    public SaeConfig config() {
        return config;
    }

    /** Returns whether the tokens' ids are known, which then go with the features. */
    public boolean hasIds() {
        return hasIds;
    }

    /** Returns where the features come from. */
    public Supplier<Provenance> provenance() {
        return provenance;
    }

    /** Returns the number of the first token. */
    public long first() {
        return first;
    }

    /** Returns the shape of the dense matrix, {@code [..., d_sae]}. */
    long[] shape() {
        return layout.featureShape(config.dSae());
    }

    /** Returns the names of the numbers that decoding needs of each token. */
    List<String> factors() {
        return TokenFactor.names(config);
    }

    /** Returns where the features come from, as files hold it. */
    Map<String, String> metadata() {
        return provenance.get().metadata(shape());
    }
}
