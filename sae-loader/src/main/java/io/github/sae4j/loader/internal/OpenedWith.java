package io.github.sae4j.loader.internal;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What the user set that changes what the files mean.
 *
 * @param format the layout that was named, if one was
 * @param normScalingFactors the factors instead of those that are published, empty if there are none
 * @param overrides the fields of the configuration that were set, as texts
 * @param allowedUnknown the names of tensors and fields that nothing understood and that were let through
 */
public record OpenedWith(
        Optional<String> format,
        List<Double> normScalingFactors,
        SortedMap<String, String> overrides,
        List<String> allowedUnknown) {

    /** Returns the settings of who set nothing but what is let through. */
    public static OpenedWith allowing(List<String> unknown) {
        return new OpenedWith(Optional.empty(), List.of(), Collections.emptySortedMap(), List.copyOf(unknown));
    }
}
