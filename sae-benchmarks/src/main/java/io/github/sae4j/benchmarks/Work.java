package io.github.sae4j.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/** What is measured. */
enum Work {
    /** Activations to features, in the form in which they come cheapest: sparse ones here, dense ones at the peer. */
    ENCODE,
    /** Activations to a dense array of features. */
    DENSE,
    /** Features, in the form in which encoding gives them, to activations. */
    DECODE;

    static Work named(String name) {
        return Arrays.stream(values())
                .filter(work -> work.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new BenchmarkException(
                        "There is no work " + name + ", but " + Arrays.toString(values()) + "."));
    }
}
