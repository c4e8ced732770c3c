package io.github.sae4j.data.activations;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which numbers of a file are the activations.
 *
 * @param tensor the array's name, or null to take the only floating-point one of each file that fits the SAE
 * @param layers which layer of it, where it has several
 * @param sequences where sequences begin, where the files do not tell
 */
public record Wanted(@Nullable String tensor, Layers layers, Sequences sequences) {

    /** The only array that fits. */
    public static final Wanted ONLY = new Wanted(null, Layers.NONE, Sequences.NONE);

    /** Returns the choice as the user could write it again; empty if there is none. */
    String written() {
        return Stream.of(tensor == null ? "" : "--tensor " + tensor, layers.written(), sequences.written())
                .filter(option -> !option.isEmpty())
                .collect(Collectors.joining(" "));
    }
}
