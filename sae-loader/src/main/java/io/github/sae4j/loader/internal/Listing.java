package io.github.sae4j.loader.internal;

import java.util.Collection;
import java.util.stream.Collectors;

/** Names in a sentence: the first ones, and how many more there are. */
public final class Listing {

    private static final int SHOWN = 12;

    private Listing() {}

    public static String of(Collection<String> names) {
        String shown = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
        return names.size() <= SHOWN ? shown : shown + " and " + (names.size() - SHOWN) + " more";
    }
}
