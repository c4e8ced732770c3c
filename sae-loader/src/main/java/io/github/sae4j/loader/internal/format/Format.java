package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.internal.SaeFolder;

/** A layout that comes with this library. */
interface Format extends FileLayout {

    @Override
    default boolean fits(SaeFolder place) {
        return !isFileName(place) && !markers().isEmpty() && markers().stream().allMatch(place::has);
    }

    /** Returns whether a place is called as a file of tensors is, so that it has no files in it. */
    static boolean isFileName(SaeFolder place) {
        return place.name().matches(".*\\.(pt|pth|npz|safetensors)");
    }

    /**
     * Reads the files.
     *
     * @throws io.github.sae4j.loader.SaeLoadException if a file is missing, or what it says cannot be used
     */
    Parts read(Reading reading);
}
