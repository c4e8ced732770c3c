package io.github.sae4j.data.activations;

import io.github.sae4j.data.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens the user wants no features of, because they mislead.
 *
 * @param first how many at the beginning of each sequence
 * @param tokenIds those with one of these ids
 * @param maxNormMultiple those whose norm is above this multiple of the median norm; infinite for none
 */
record Skipping(int first, Set<Long> tokenIds, double maxNormMultiple) {

    /** No token is skipped. */
    public static final Skipping NONE = new Skipping(0, Set.of(), Double.POSITIVE_INFINITY);

    /** Copies the ids. */
    public Skipping {
        tokenIds = Set.copyOf(tokenIds);
    }

    boolean byNorm() {
        return maxNormMultiple != Double.POSITIVE_INFINITY;
    }

    /**
     * Returns whether a token is skipped by its place or id.
     *
     * @param position its place in its sequence
     * @param id its id, or null where ids are not needed
     */
    boolean skips(long position, @Nullable Long id) {
        return position < first || (id != null && tokenIds.contains(id));
    }

    Skipping withoutNorm() {
        return new Skipping(first, tokenIds, Double.POSITIVE_INFINITY);
    }

    /** Returns the settings that make this choice; empty if no token is skipped. */
    List<Setting.Value> settings() {
        List<Setting.Value> settings = new ArrayList<>();
        if (first > 0) {
            settings.add(Setting.SKIP_FIRST.of(first));
        }
        if (!tokenIds.isEmpty()) {
            settings.add(Setting.SKIP_TOKENS.of(
                    new TreeSet<>(tokenIds).stream().map(String::valueOf).collect(Collectors.joining(","))));
        }
        if (byNorm()) {
            settings.add(Setting.MAX_NORM_MULTIPLE.of(maxNormMultiple));
        }
        return settings;
    }
}
