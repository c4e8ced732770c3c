package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;

/** A layout of files that some publisher has. */
interface Format {

    /** Returns the name that releases call it by, for example {@code gemma_2}. */
    String label();

    /**
     * Returns the files by which a folder of this layout is told, relative to it, the weights last; none if it is told
     * otherwise.
     */
    List<String> markers();

    /** Returns whether the files in a place are of this layout. */
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
