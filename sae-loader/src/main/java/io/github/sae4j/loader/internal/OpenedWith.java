package io.github.sae4j.loader.internal;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What is set beside the files and changes what they mean: by the user, or by a release that knows it.
 *
 * @param format the layout that was named, if one was
 * @param normScalingFactors the factors that the files do not say, empty if there are none
 * @param overrides the fields of the configuration that are known better than the files say, as texts
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
