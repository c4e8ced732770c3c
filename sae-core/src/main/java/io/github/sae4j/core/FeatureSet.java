package io.github.sae4j.core;

import io.github.sae4j.core.internal.host.FeatureSubset;
import java.util.Arrays;

/**
 * Some features of an SAE, whose columns of {@code W_enc} are read once and kept side by side, so that encoding costs those
 * features and not all:
 *
 * <pre>{@code
 * FeatureSet watched = sae.featureSet(1234, 77, 40_961);
 * SparseFeatures features = sae.encode(activation, watched);
 * }</pre>
 *
 * <p>Made by {@link SparseAutoencoder#featureSet}. Immutable, safe to share between threads; there is nothing to close.
 *
 * @since 0.1
 */
public final class FeatureSet {

    private final SparseAutoencoder sae;
    private final int[] features;
    private final FeatureSubset subset;

    FeatureSet(SparseAutoencoder sae, int[] features, FeatureSubset subset) {
        this.sae = sae;
        this.features = features;
        this.subset = subset;
    }

    /** Returns a copy of the features' indices, ascending. */
    public int[] features() {
        return features.clone();
    }

    /** Returns the number of features. */
    public int size() {
        return features.length;
    }

    /** Returns what encodes, to the SAE that made it. */
    FeatureSubset of(SparseAutoencoder owner) {
        if (owner != sae) {
            throw new SaeException("This feature set was made by another SAE: make one with featureSet of this SAE.");
        }
        return subset;
    }

    /** Sorts features and takes each once. */
    static int[] ordered(int[] features, int dSae) {
        int[] ordered = Arrays.stream(features).sorted().distinct().toArray();
        if (ordered.length == 0) {
            throw new SaeException("A feature set needs at least one feature.");
        }
        for (int feature : ordered) {
            SaeException.requireFeature(feature, dSae);
        }
        return ordered;
    }

    /** Returns the features' indices. */
    @Override
    public String toString() {
        return "FeatureSet" + Arrays.toString(features);
    }
}
